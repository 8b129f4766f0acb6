package rag

import (
	"fmt"

	"yanbao/rag/answer"
)

// wording holds the sentences that an Answer itself speaks in one language.
type wording struct {
	notFound   string
	figureOnly string // caption, title of the section
	outOfScope string
	notices    map[answer.NoticeKind]string
}

func wordingFor(language string) wording {
	if language == "en" {
		return english
	}
	return chinese
}

var chinese = wording{
	notFound:   "报告中没有找到这个问题的答案。",
	figureOnly: "报告只以图呈现这一内容，图中的数据不在文本中：图示“%s”，见“%s”。",
	outOfScope: "这个问题超出报告的范围，只能回答与报告内容有关的问题。",
	notices: map[answer.NoticeKind]string{
		answer.ComputedBy:  "此数为推算所得：%s",
		answer.Premise:     "提问中的“%s”与所引原文不符，请以所引原文为准。",
		answer.TwoPlaces:   "报告不同地方给出的数字不同，口径或来源不一：%s。",
		answer.UnknownName: "报告中没有提到“%s”。",
		answer.Restated:    "%s",
	},
}

var english = wording{
	notFound:   "The report does not give an answer to this question.",
	figureOnly: "The report shows this only as a figure, and the data of the figure are not in its text: “%s”, in “%s”.",
	outOfScope: "This question is outside the report; only questions about its contents can be answered.",
	notices: map[answer.NoticeKind]string{
		answer.ComputedBy:  "This value is computed: %s",
		answer.Premise:     "The question says “%s”; the cited text says otherwise.",
		answer.TwoPlaces:   "Places of the report state different numbers, by other sources or definitions: %s.",
		answer.UnknownName: "The report does not mention “%s”.",
		answer.Restated:    "%s",
	},
}

func (w wording) refusal(d answer.Draft, figure figurePlace) string {
	switch {
	case d.Status == answer.OutOfScope:
		return w.outOfScope
	case figure.caption != "":
		return fmt.Sprintf(w.figureOnly, figure.caption, figure.section)
	}
	return w.notFound
}

func (w wording) notice(n answer.Notice) string {
	return fmt.Sprintf(w.notices[n.Kind], n.Text)
}
