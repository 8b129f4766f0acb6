// Package quantity reads numbers, units and periods out of running text as
// values that can be compared: 294.16亿元 and 29.416 billion yuan are one
// amount, 35.6亿美元 is another, 2025Q3 and 2025年第三季度 are one period.
//
// It reads Chinese and English. It does not convert currencies, does not judge
// what a number measures and never changes the text.
package quantity

import (
	"math"
	"strings"
)

// Value is one number as it stands in a text, with its unit.
type Value struct {
	Text   string  // as printed, number and unit: "294.16亿元"
	Start  int     // byte offsets into the text that was read
	End    int     //
	Number float64 // in base units: 294.16亿 is 2.9416e10; a percentage is in percent
	High   float64 // upper end of a range (3至4个月), else equal to Number
	Unit   string  // canonical: "元", "美元", "%", "倍", "家" ...; "" for a bare number
	Bound  Bound   // what the words around it make of it
}

// Bound says how a stated number limits the real one.
type Bound int

// Bounds.
const (
	Exact   Bound = iota
	About         // 约, 近, 左右
	AtLeast       // 超, 突破, 以上, +
	AtMost        // 不足, 以内
)

// Same reports whether two values are the same amount: equal numbers (within
// rounding of printing, a relative 1e-9) and equal units. The bound words are
// not compared.
func (v Value) Same(w Value) bool {
	return v.Unit == w.Unit && near(v.Number, w.Number) && near(v.High, w.High)
}

// SameNumber compares numbers alone.
func (v Value) SameNumber(w Value) bool { return near(v.Number, w.Number) && near(v.High, w.High) }

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

// Money reports whether the unit is a currency.
func (v Value) Money() bool { return moneyUnit(v.Unit) }

func moneyUnit(unit string) bool {
	switch unit {
	case "元", "美元", "欧元", "港元", "日元", "英镑", "韩元":
		return true
	}
	return false
}

// units maps every spelling of a unit to its canonical form; the longest
// spelling that follows a number wins. Kinds of things counted (家, 个, 款 ...)
// are units too: 931家 and 551个 are different counts.
var units = newUnitTable(map[string]string{
	"元人民币": "元", "人民币": "元", "元": "元", "yuan": "元", "rmb": "元", "cny": "元",
	"美元": "美元", "美金": "美元", "usd": "美元", "us dollars": "美元", "dollars": "美元",
	"欧元": "欧元", "eur": "欧元", "euros": "欧元",
	"港元": "港元", "港币": "港元", "日元": "日元", "英镑": "英镑", "pounds": "英镑", "韩元": "韩元",
	"%": "%", "个百分点": "百分点", "百分点": "百分点", "percent": "%", "per cent": "%", "percentage points": "百分点", "成": "成", "倍": "倍", "times": "倍",
	"家": "家", "个": "个", "款": "款", "项": "项", "名": "名", "位": "位", "人": "人", "人次": "人次", "次": "次", "篇": "篇", "台": "台", "套": "套",
	"种": "种", "条": "条", "份": "份", "部": "部", "件": "件", "类": "类", "级": "级", "座": "座", "辆": "辆", "门": "门", "所": "所", "支": "支", "本": "本",
	"分": "分", "分钟": "分钟", "minutes": "分钟", "小时": "小时", "hours": "小时", "秒": "秒", "天": "天", "days": "天", "日": "日",
	"个月": "个月", "months": "个月", "月": "月", "季度": "季度", "周": "周", "weeks": "周", "年": "年", "years": "年",
	"大": "大", "强": "强", "部门": "部门", "个部门": "部门", "语种": "语种", "连冠": "连冠", "维": "维", "阶段": "阶段", "端": "端", "岁": "岁", "架": "架", "艘": "艘", "张": "张",
	"吨": "吨", "公斤": "公斤", "千克": "公斤", "公里": "公里", "千米": "公里", "平方米": "平方米", "平方公里": "平方公里", "亩": "亩", "立方米": "立方米",
	"千瓦时": "千瓦时", "度电": "千瓦时", "℃": "℃", "°c": "℃", "摄氏度": "℃", "度": "℃", "千瓦": "千瓦", "瓦": "瓦", "升": "升", "米": "米", "户": "户", "间": "间", "株": "株", "头": "头", "只": "只", "枚": "枚", "颗": "颗", "包": "包", "杯": "杯",
	"gb": "GB", "tb": "TB", "mb": "MB", "kb": "KB", "tokens": "tokens", "gw": "GW", "mw": "MW", "kw": "千瓦", "gwh": "GWh", "mwh": "MWh", "kwh": "千瓦时", "twh": "TWh", "km": "公里", "kg": "公斤",
})

// scales are factors that stand between number and unit.
var scales = []struct {
	word   string
	factor float64
}{
	{"万亿", 1e12}, {"千亿", 1e11}, {"百亿", 1e10}, {"十亿", 1e9}, {"亿", 1e8}, {"千万", 1e7}, {"百万", 1e6}, {"十万", 1e5}, {"万", 1e4}, {"千", 1e3}, {"百", 1e2},
	{"trillion", 1e12}, {"billion", 1e9}, {"bn", 1e9}, {"million", 1e6}, {"mn", 1e6}, {"thousand", 1e3},
}

type unitTable struct {
	canonical map[string]string
	maxRunes  int
}

func newUnitTable(m map[string]string) unitTable {
	t := unitTable{canonical: m}
	for u := range m {
		t.maxRunes = max(t.maxRunes, len([]rune(u)))
	}
	return t
}

// match returns the canonical form and length in runes of the longest unit at
// the start of rs, "" and 0 for none. Latin units end at a word boundary.
func (t unitTable) match(rs []rune) (unit string, n int) {
	for l := min(t.maxRunes, len(rs)); l > 0; l-- {
		word := string(rs[:l])
		canonical, ok := t.canonical[word]
		if !ok {
			continue
		}
		if isLatin(rs[l-1]) && l < len(rs) && (isLatin(rs[l]) || isDigit(rs[l])) {
			continue
		}
		return canonical, l
	}
	return "", 0
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// fold maps one rune to the form that the reader compares: half width and
// lower case. It maps one rune to one rune, so that offsets stay in step.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		r -= '！' - '!'
	case r == '　':
		r = ' '
	case r == '﹪':
		r = '%'
	}
	if r >= 'A' && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r
}

// Canonical gives the canonical form of a unit word (个部门 is 部门), and
// whether the word is a unit at all.
func Canonical(unit string) (string, bool) {
	u, ok := units.canonical[strings.Map(fold, unit)]
	return u, ok
}
