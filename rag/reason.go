package rag

import (
	"fmt"

	"yanbao/rag/llm"
)

// reason says why a model's answer does not stand, or not whole.
type reason string

// Reasons. Those of llm.Failure come as they are.
const (
	noModel       reason = "no model"
	slow          reason = "slow"
	unreadable           = reason(llm.Unreadable)
	unverified    reason = "unverified"
	otherLanguage reason = "other language"
	refused       reason = "refused to answer"
)

// reasonOf is why a call failed. An error that is no failure of the service
// is one of the program and told as such in the log alone.
func reasonOf(err error) reason {
	switch {
	case isDone(err):
		return slow
	case failureOf(err) != "":
		return reason(failureOf(err))
	}
	return reason(llm.Unavailable)
}

// reasonWords are the reasons in Chinese and English.
var reasonWords = map[reason][2]string{
	noModel:                 {"没有设置模型", "no model is set up"},
	slow:                    {"模型没有在时限内答完", "the model did not answer in time"},
	unverified:              {"模型写的内容未通过核实", "what the model wrote did not pass verification"},
	otherLanguage:           {"模型没有用所需的语言回答", "the model answered in another language"},
	refused:                 {"模型认为所给段落没有答案", "the model found no answer in the passages"},
	reason(llm.Unavailable): {"模型服务暂时不可用", "the model's service is not available"},
	reason(llm.RateLimited): {"模型服务请求过多", "the model's service takes no more requests for now"},
	reason(llm.NoQuota):     {"模型服务的额度已用完", "the quota of the model's service is used up"},
	reason(llm.Refused):     {"模型服务不接受密钥", "the model's service does not accept the key"},
	reason(llm.NoModel):     {"模型服务没有这个模型", "the service does not have the model"},
	reason(llm.TooLong):     {"内容超出模型的窗口", "the passages exceed the model's window"},
	reason(llm.Incomplete):  {"模型的回答中断", "the model's answer broke off"},
	reason(llm.Unreadable):  {"模型的回答无法读取", "the model's answer could not be read"},
	reason(llm.BadRequest):  {"模型服务不接受请求", "the model's service did not take the request"},
}

func (r reason) words(language string) string {
	words := reasonWords[r]
	if language == "en" {
		return words[1]
	}
	return words[0]
}

// standsIn is the notice of an answer from the report's own words that was to
// be worded by a model.
func standsIn(r reason, language string) string {
	if language == "en" {
		return fmt.Sprintf("This answer is made from the report's own words, without a model: %s.", r.words(language))
	}
	return fmt.Sprintf("%s，本回答直接取自报告原文。", r.words(language))
}

// brokeOff is the notice of an answer whose end is missing.
func brokeOff(r reason, language string) string {
	if language == "en" {
		return fmt.Sprintf("The answer may be incomplete: %s. What is shown was verified.", r.words(language))
	}
	return fmt.Sprintf("%s，回答可能不完整；已显示的内容均经核实。", r.words(language))
}

// leftOut is the notice of an answer that lost sentences.
func leftOut(n int, language string) string {
	if language == "en" {
		s := "sentences of the model were"
		if n == 1 {
			s = "sentence of the model was"
		}
		return fmt.Sprintf("%d %s left out: the cited passages do not hold what it said.", n, s)
	}
	return fmt.Sprintf("模型所写有%d句在所引段落中得不到证实，已略去。", n)
}
