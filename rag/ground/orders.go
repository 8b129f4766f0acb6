package ground

import (
	"regexp"
	"strings"

	"yanbao/rag/lexical"
)

// orders finds text that is addressed to a model: played roles, marks of chat
// templates, commands to forget one's instructions. Such text is no report on
// anything, so that a sentence in other words than its own cannot rest on it.
var orders = regexp.MustCompile(`(?i)(?:^|[\s。！？.!?])(?:human|user|assistant|system)\s*[:：]|\[/?INST\]|<\|?im_(?:start|end)|<\|(?:system|user|assistant)\||` +
	`^[\s*·-]*(?:请|please )?(?:忽略|无视|忘记|ignore|disregard|forget)[^。.]{0,12}?(?:指令|规则|提示词?|instructions?|rules|prompts?)`)

// restsOnOrders reports whether a claim takes what it says from text that is
// addressed to a model: its place is such a sentence, or a number or word in
// Latin letters of it stands nowhere else in what is cited.
func (e *examination) restsOnOrders(c Claim) bool {
	told := ""
	for _, s := range c.Supports {
		for _, u := range e.cite(s.Passage).units {
			if text := s.Passage.Text[u.start:u.end]; orders.MatchString(text) {
				if u.start == s.Start && u.end == s.End {
					return true
				}
				told += text + "\n"
			}
		}
	}
	if told == "" {
		return false
	}
	told = lexical.Fold(told)
	for _, token := range strictToken.FindAllString(lexical.Fold(c.Text), -1) {
		if strings.ContainsAny(token, "0123456789") && containsWord(told, token) && !e.saidOutside(c, token) {
			return true
		}
	}
	return false
}

var strictToken = regexp.MustCompile(`[a-z0-9]+(?:[-._][a-z0-9]+)*`)

// saidOutside reports whether a cited sentence that is no order holds a word.
func (e *examination) saidOutside(c Claim, word string) bool {
	for _, s := range c.Supports {
		for _, u := range e.cite(s.Passage).units {
			if text := s.Passage.Text[u.start:u.end]; !orders.MatchString(text) && containsWord(lexical.Fold(text), word) {
				return true
			}
		}
	}
	return false
}
