package signin

import "strings"

// browser says in a few words which browser sends a User-Agent, so that an
// operator can tell sessions apart. It is one of at most 36 answers: what
// anybody sends is not kept.
func browser(agent string) string {
	name, system := "", ""
	for _, known := range [...][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"MicroMessenger", "WeChat"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if name == "" && strings.Contains(agent, known[0]) {
			name = known[1]
		}
	}
	for _, known := range [...][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"},
	} {
		if system == "" && strings.Contains(agent, known[0]) {
			system = known[1]
		}
	}
	return strings.Trim(name+", "+system, ", ")
}
