package question

import (
	"regexp"
	"strings"
)

var (
	confirms  = re(`(吗|吧|对吧|对吗|对不对|是吧|是不是)[？?。]*$|是不是|是否|有没有`)
	rightOnly = regexp.MustCompile(`[，,]?(对吧|对吗|对不对|是吧|是吗|没错吧|不是吗)[？?。]*$`)
	particles = regexp.MustCompile(`(吗|吧|呢)?[？?。]*$`)
	further   = re(`多少|几|哪|谁|什么|啥|何|怎|为啥|how|what|which|who|when|where|why`)
)

// Assertion is the statement that a question asks to have confirmed: 甲的总部在乙
// for 甲的总部是不是在乙. ok is false for one that asks for anything else too, or that
// asks about a denial.
func Assertion(text string) (statement string, ok bool) {
	if !confirms.MatchString(text) || further.MatchString(text) {
		return "", false
	}
	s := strings.TrimSpace(text)
	s = rightOnly.ReplaceAllString(s, "")
	s = particles.ReplaceAllString(s, "")
	for _, w := range [][2]string{{"是不是", "是"}, {"是否", ""}, {"有没有", "有"}} {
		s = strings.Replace(s, w[0], w[1], 1)
	}
	if s == "" || denied.MatchString(s) {
		return "", false
	}
	return s + "。", true
}

var denied = regexp.MustCompile(`不|没|未|无|非`)
