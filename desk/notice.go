package desk

import "crypto/sha256"

// Notice is what a person is told before their face is compared at a desk, by
// language (BCP 47), where the operator has no text of their own. The two say the
// same.
func Notice() map[string]string {
	return map[string]string{
		"en": "If you choose this, your face is compared with the portrait in your document: up to three pictures of you, with that portrait and no other. " +
			"All pictures are deleted when the check ends; only its result is handed on. " +
			"You need not choose it: a member of staff can look instead, and the result counts the same.",
		"zh-CN": "如果您选择此方式，将拍摄您的面部图像（最多三张），只与您证件中的照片比对，不与其他任何照片比对。" +
			"核验结束时所有图像即被删除，只交出结果。" +
			"您可以不选：也可以由工作人员查看，结果具有同等效力。",
	}
}

// NoticeHash is the SHA-256 of [Notice], for [consent.Choice].
func NoticeHash() [sha256.Size]byte {
	all := Notice()
	return sha256.Sum256([]byte(all["en"] + "\n" + all["zh-CN"]))
}
