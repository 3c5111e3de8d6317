package card

import "fmt"

// phrase is a text in the two languages of a card.
type phrase struct{ en, zh string }

func (k Kind) name() phrase {
	if k == FacePass {
		return phrase{"Face pass", "人脸通行证"}
	}
	return phrase{"Plain pass", "普通通行证"}
}

// back is what the back of a card says. Every statement is a promise of the
// design, and short enough for one line where it can be.
func (c *Card) back() []phrase {
	where := c.Contact
	if where == "" {
		where = c.Site
	}
	lost := phrase{
		fmt.Sprintf("Lost? Tell %s now: we stop this card and give you another.", where),
		fmt.Sprintf("遗失请立即告知 %s，即停用旧卡并补发新卡。", where),
	}
	if c.Kind == FacePass {
		return []phrase{
			{"Show the code to the door, then look at the camera.", "先让门口读取二维码，再看镜头。"},
			{"Your face is sealed in this card. Nobody keeps a copy.", "您的人脸密封在本卡内，任何人不留副本。"},
			{"You need not use your face: ask for a plain pass. Same doors, same hours.", "您可以不刷脸：换领普通通行证，门和时间相同。"},
			lost,
		}
	}
	return []phrase{
		{"Show the code to the door.", "让门口读取二维码即可。"},
		{"Whoever holds this card can use it. Keep it like a key.", "任何人持此卡都能开门，请像钥匙一样保管。"},
		{"It holds no face, and the door needs none.", "本卡不含人脸信息，开门无需刷脸。"},
		lost,
	}
}

// Labels of the front.
func labelZones() phrase { return phrase{"Opens", "可通行"} }
func labelHours() phrase { return phrase{"Hours", "时段"} }
func labelUntil() phrase { return phrase{"Until", "有效至"} }
func labelSpan() phrase  { return phrase{"Valid", "有效期"} }
