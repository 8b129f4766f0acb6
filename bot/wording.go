package bot

// Languages an answer is rendered in.
const (
	Chinese = "zh"
	English = "en"
)

// Wording is what the doors say around an answer, in one language.
type Wording struct {
	Sources       string // heading over the citations of an answer
	Nearest       string // heading over the passages near to a question that got no answer
	Notices       string // heading over what a careful colleague would add
	PrimarySource string // label before the source that the report names
	NoSource      string // in its place where the report names none
	Table         string // label before the caption of a table
	Row           string // format of a row number, one %d
	Figure        string // kind of a passage that is the caption of a figure
	Note          string // kind of a passage that is a note
	ShowMore      string // label before the command or link that shows a passage
	Colon         string // between a label and its value
	QuoteOpen     string
	QuoteClose    string
	Join          string // between the parts of one line
	Void          string // under an answer that begins anew
}

// WordingFor returns the wording of a language: English for "en" and its
// variants, Chinese for everything else.
func WordingFor(language string) Wording {
	if language == English || len(language) > 2 && language[:3] == "en-" {
		return Wording{
			Sources:       "Sources",
			Nearest:       "Nearest in the report",
			Notices:       "Please note",
			PrimarySource: "primary source",
			NoSource:      "the report names none",
			Table:         "table",
			Row:           "row %d",
			Figure:        "figure caption",
			Note:          "note",
			ShowMore:      "more",
			Colon:         ": ",
			QuoteOpen:     "“",
			QuoteClose:    "”",
			Join:          " · ",
			Void:          "(The above is void; the answer begins anew.)",
		}
	}
	return Wording{
		Sources:       "出处",
		Nearest:       "报告中最接近的内容",
		Notices:       "提示",
		PrimarySource: "一手来源",
		NoSource:      "报告未注明",
		Table:         "表",
		Row:           "第%d行",
		Figure:        "图注",
		Note:          "注释",
		ShowMore:      "上下文",
		Colon:         "：",
		QuoteOpen:     "“",
		QuoteClose:    "”",
		Join:          " · ",
		Void:          "（以上内容作废，重新回答如下。）",
	}
}
