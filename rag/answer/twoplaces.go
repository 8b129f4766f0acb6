package answer

import (
	"strings"

	"yanbao/ingest"
	"yanbao/rag/ground"
	"yanbao/rag/quantity"
	"yanbao/rag/question"
)

// otherPlaceFor finds a second place of the report that answers a question for
// a value as well as the first does and states another value: the reader must
// see both.
func otherPlaceFor(q question.Question, chosen []ground.Unit, sel ground.Selection) (ground.Unit, bool) {
	a, ok := askOfKind(q, question.Value)
	if !ok || len(chosen) != 1 || chosen[0].Passage.Kind != ingest.KindText {
		return ground.Unit{}, false
	}
	first := chosen[0]
	values := ground.ValuesOf(first.Values, a.Units)
	for i := range sel.Units {
		u := &sel.Units[i]
		if i > 6 || u.Score < 0.85*first.Score {
			break
		}
		if u.Passage.Kind != ingest.KindText || u.Passage.Block == first.Passage.Block || repeats(u, chosen) {
			continue
		}
		if u.Direct < 0.9*first.Direct || u.Period != first.Period || u.Names != first.Names || u.Subject == ground.Conflict || u.Narrower != first.Narrower || u.Shared*5 < first.Shared*4 {
			continue
		}
		if others := ground.ValuesOf(u.Values, a.Units); len(values) > 0 && len(others) > 0 && !anySame(values, others) {
			return *u, true
		}
	}
	return ground.Unit{}, false
}

func anySame(a, b []quantity.Value) bool {
	for _, v := range a {
		for _, w := range b {
			if v.Same(w) || approximates(v, w) || approximates(w, v) {
				return true
			}
		}
	}
	return false
}

// approximates reports whether v is w rounded: 超1200万 of 1274.95万.
func approximates(v, w quantity.Value) bool {
	return v.Unit == w.Unit && v.Bound != quantity.Exact && w.Number != 0 && v.Number/w.Number > 0.9 && v.Number/w.Number < 1.1
}

// differing is the notice for an answer from places that state different
// values of one measure: whose figures they are, or that the report gives both.
func differing(q question.Question, chosen []ground.Unit) (Notice, bool) {
	if len(chosen) < 2 || chosen[0].Passage.Block == chosen[1].Passage.Block {
		return Notice{}, false
	}
	if !twoPlaces.MatchString(q.Text) && !q.Wants(question.Value) {
		return Notice{}, false
	}
	a, b := chosen[0], chosen[1]
	if !twoPlaces.MatchString(q.Text) && (len(a.Values) == 0 || len(b.Values) == 0 || a.Period != b.Period || anySame(a.Values, b.Values)) {
		return Notice{}, false
	}
	return Notice{TwoPlaces, placeOf(a) + " / " + placeOf(b)}, true
}

// placeOf says whose words a unit has: its primary source, else its section.
func placeOf(u ground.Unit) string {
	if len(u.Sources) > 0 {
		return strings.Join(u.Sources, "、")
	}
	if n := len(u.Passage.Section); n > 0 {
		return u.Passage.Section[n-1]
	}
	return ""
}
