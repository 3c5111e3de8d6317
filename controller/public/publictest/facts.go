// Package publictest has the facts of a site for tests: a house with a door that
// reads faces, one that does not, and a notice. Nothing in it is of a real place.
package publictest

import (
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// At is when the facts were so.
func At() time.Time { return time.Date(2027, 3, 10, 4, 30, 0, 0, time.UTC) }

// Notice is a notice in which everything is said.
func Notice() consent.Notice {
	n, err := consent.Draft(consent.Everybody, consent.DraftFor{
		Site: "Garden Court", Zones: []string{"front"}, Days: 365, Jurisdiction: "CN", Version: "2027-1",
		Titles: map[string]map[consent.Lang]string{"front": {consent.English: "Front door", consent.Chinese: "前门"}},
		Written: map[consent.Lang]consent.Text{
			consent.English: {
				consent.Operator:  "Garden Court Property Services",
				consent.Address:   "1 Garden Road, Building 1, ground floor",
				consent.Contact:   "Telephone 021-5555 0100, doors@garden-court.example",
				consent.Complaint: "The residents' committee, or the cyberspace administration of the city.",
				consent.Necessity: "Some residents cannot hold a card or press a key. For everybody else a plain pass is enough.",
			},
			consent.Chinese: {
				consent.Operator:  "花园小区物业服务中心",
				consent.Address:   "花园路 1 号 1 号楼底层",
				consent.Contact:   "电话 021-5555 0100，doors@garden-court.example",
				consent.Complaint: "业主委员会，或者本市网信部门。",
				consent.Necessity: "有些住户无法拿卡或按键。其他人用普通通行证即可。",
			},
		},
	})
	if err != nil {
		panic(err) // tests of consent make the same
	}
	return n
}

// Facts are those of the house.
func Facts() public.Facts {
	notice := public.Notice{Notice: Notice(), Since: At().AddDate(0, -1, 0)}
	hours, err := pass.ParseSchedule("Mon-Fri 07:00-19:00")
	if err != nil {
		panic(err)
	}
	return public.Facts{
		Name: "花园小区 Garden Court", ID: pass.SiteID{1, 2, 3, 4, 5, 6, 7, 8}, Address: "https://doors.garden-court.example/",
		Operator: notice.Operator(), Why: notice.Field(consent.PurposeText), Need: notice.Field(consent.Necessity),
		Zones: []public.Zone{
			{Name: "front", Title: words.Both("前门", "Front door"), Methods: bundle.Plain | bundle.Phone | bundle.PIN | bundle.Face, Doors: []string{"前门 Front", "东侧 East side"}},
			{Name: "garage", Title: words.Both("车库", "Garage"), Methods: bundle.Plain | bundle.Phone, Hours: hours, Doors: []string{"车库 Garage"}},
		},
		Timezone: "Asia/Shanghai",
		Keep:     public.Keep{PlainDays: 731, FaceDays: 365, GuestHours: 72, OwnerDays: 30, RecordYears: 3, OfflineHours: 24, OfflinePlainHours: 168},
		Engine:   public.Engine{Models: models.Default(), Threshold: "fmr-1e-4", Measured: public.Measured()},
		Software: public.Software{Version: "0.4.0", Parts: []public.Part{
			{Name: "controller", Version: "0.4.0", SHA256: "8d5c1f8a3d1d4f0a6d0f6a1f5f7d2c9b4e3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c"},
			{Name: "edge", Version: "0.4.0", SHA256: "8d5c1f8a3d1d4f0a6d0f6a1f5f7d2c9b4e3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c"},
		}},
		Notice: notice,
		Acts:   public.Acts{Month: At(), Count: 7},
		Ledger: public.Ledger{
			URL: "https://doors.garden-court.example/ledger/", Origin: "garden-court.example/doors",
			Key:        "garden-court.example/doors+4d3c2b1a+AVXd0J7d2VtT2Fv1y3h9iZ0m3xJ2c5g8k1n4q7t0wZ3C",
			Checkpoint: "garden-court.example/doors\n4096\nC8y0Yx9dVq8o7p2m5l0k3j6h1g4f7d2s5a8q1w4e7r0=\n\n— garden-court.example/doors TTwrGq0bq3n1mVf7w0v2k9x4z6c8b1n3m5q7w9e2r4t6y8u0i2o4p6a8s0d2f4g6h8j0k2l4z6x8c0v2b4n6m8Q1W3E5R7T9Y\n",
			Size:       4096, At: At().Add(-20 * time.Minute),
		},
		Thief: public.Stolen(), MyPage: true, At: At(),
		Key: "-----BEGIN PUBLIC KEY-----\nnobody's\n-----END PUBLIC KEY-----\n",
	}
}

// Asking are those of the house where the front door asks for as many movements, and
// changes the colour of its screen where there are three.
func Asking(prompts int) public.Facts {
	f := Facts()
	f.Zones[0].Prompts, f.Zones[0].Light = prompts, prompts == bundle.MaxPrompts
	return f
}
