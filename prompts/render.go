package prompts

import "fmt"

// Turn is one earlier question and its answer.
type Turn struct{ Question, Answer string }

// Passage is what a model is shown of a passage.
type Passage struct {
	N        int      // by which the model cites it
	Document string   // title, publisher and date of the report
	Section  []string // titles from the chapter down
	Caption  string   // of the table or figure that it belongs to
	Sources  []string // primary sources that the report names
	Text     string
}

// Answer asks for an answer from passages.
type Answer struct {
	Language string // "zh" or "en": of the answer and of the instructions
	Question string
	History  []Turn // earlier turns, oldest first
	Passages []Passage
	Limit    int  // most characters of the answer
	JSON     bool // reply as AnswerSchema says instead of text with marks
}

// Answer renders the prompt for an answer.
func (s *Set) Answer(in Answer) (Prompt, error) {
	in.Question = line(in.Question)
	in.History = turns(in.History)
	passages := make([]Passage, len(in.Passages))
	for i, p := range in.Passages {
		p.Document, p.Caption, p.Text = line(p.Document), line(p.Caption), Data(p.Text)
		p.Section, p.Sources = lines(p.Section), lines(p.Sources)
		passages[i] = p
	}
	in.Passages = passages
	return s.fill("answer", in.Language, in)
}

// Failure is a sentence that was not held by what it cites.
type Failure struct {
	Text   string
	Reason string
}

// Repair asks for sentences to be put right. It follows the prompt of Answer
// and the reply to it in one conversation.
type Repair struct {
	Language string
	Failures []Failure
	JSON     bool
}

// Repair renders the prompt that sends failing sentences back.
func (s *Set) Repair(in Repair) (Prompt, error) {
	failures := make([]Failure, len(in.Failures))
	for i, f := range in.Failures {
		failures[i] = Failure{line(f.Text), line(f.Reason)}
	}
	in.Failures = failures
	return s.fill("repair", in.Language, in)
}

// Condense asks for a question that says what a follow-up leaves out.
type Condense struct {
	Language string
	Question string
	History  []Turn
}

// Condense renders the prompt; the reply is one line.
func (s *Set) Condense(in Condense) (Prompt, error) {
	in.Question, in.History = line(in.Question), turns(in.History)
	return s.fill("condense", in.Language, in)
}

// Rewrite asks for other ways to look for what a question asks, also in
// Chinese where it is asked in another language.
type Rewrite struct {
	Language  string
	Question  string
	Documents []string // titles of the reports
	Most      int      // how many at most
}

// Rewrite renders the prompt; the reply is one query a line.
func (s *Set) Rewrite(in Rewrite) (Prompt, error) {
	in.Question, in.Documents = line(in.Question), lines(in.Documents)
	return s.fill("rewrite", in.Language, in)
}

// Scope asks whether a question is one to a report at all.
type Scope struct {
	Language  string
	Question  string
	Documents []string
}

// Words that a reply to Scope consists of, and the one that stands for an
// answer that the passages do not hold.
const (
	InScope    = "REPORT"
	OutOfScope = "OTHER"
	NotFound   = "NOT_FOUND"
)

// Scope renders the prompt; the reply is InScope or OutOfScope.
func (s *Set) Scope(in Scope) (Prompt, error) {
	in.Question, in.Documents = line(in.Question), lines(in.Documents)
	return s.fill("scope", in.Language, in)
}

func turns(in []Turn) []Turn {
	out := make([]Turn, len(in))
	for i, t := range in {
		out[i] = Turn{line(t.Question), line(t.Answer)}
	}
	return out
}

// AnswerSchema is the JSON Schema of a reply to Answer with JSON.
const AnswerSchema = `{
  "type": "object",
  "additionalProperties": false,
  "required": ["status", "claims"],
  "properties": {
    "status": {"type": "string", "enum": ["answered", "not_found"]},
    "claims": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["text", "citations", "computed"],
        "properties": {
          "text": {"type": "string"},
          "citations": {"type": "array", "items": {"type": "integer"}},
          "computed": {"type": "array", "items": {"type": "string"}}
        }
      }
    }
  }
}`

// Tag is how the passage of a number begins in a prompt.
func Tag(n int) string { return fmt.Sprintf(`<passage id="%d">`, n) }
