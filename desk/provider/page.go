package provider

import (
	"html/template"
	"net/http"
)

// message is what a person reads where a browser cannot be sent back, in the two
// languages of the desk. It says what to do, and repeats nothing of the request.
type message struct{ English, Chinese string }

var (
	badRequest    = message{"This request cannot be read. Go back to where you came from, and begin again.", "无法读取此请求。请回到您来的地方，重新开始。"}
	notKnown      = message{"Whoever sent you here is not known at this desk. Nothing was checked, and you are not sent on.", "本服务台不认识将您带到此处的一方。没有进行任何核验，也不会将您转往别处。"}
	notRegistered = message{"The address to which you would be sent back is not registered at this desk, so you are not sent there. Tell whoever sent you here.", "将您送回的地址未在本服务台登记，因此不会转往该地址。请告知将您带到此处的一方。"}
	noLogin       = message{"There is no such check, or its time is over. Go back to where you came from, and begin again.", "没有这次核验，或时间已过。请回到您来的地方，重新开始。"}
	otherBrowser  = message{"This check was begun in another browser. Go back there: its answer is given to that browser only.", "这次核验是在另一个浏览器中开始的。请回到那个浏览器：结果只交给它。"}
)

const pageText = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Facelatch</title></head>
<body><main><p>{{.English}}</p><p lang="zh-CN">{{.Chinese}}</p></main></body>
</html>
`

// page answers with a message.
func page(w http.ResponseWriter, status int, m message) {
	quiet(w)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = template.Must(template.New("").Parse(pageText)).Execute(w, m) // whoever is gone needs no answer
}
