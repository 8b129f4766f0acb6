package lexical

import (
	"strconv"
	"strings"

	"yanbao/ingest"
)

// Weights of the fields of a passage against its text, which has 1.
const (
	sectionWeight = 0.25 // each title of the path down to it
	leadWeight    = 0.5  // a lead that stands in another part of the paragraph
)

// Levels of the larger units that FromPassages names.
const (
	LevelParagraph = iota // the block that a long paragraph's parts share
	LevelSection          // the section as printed
)

// FromPassages returns what New takes for passages: the text of each with its
// lead and the titles it stands under, as part of its paragraph and of its
// section.
func FromPassages(passages []*ingest.Passage) []Document {
	docs := make([]Document, len(passages))
	for i, p := range passages {
		section := p.DocumentID + "\x00" + strings.Join(p.Section, "\x00")
		fields := []Field{{p.Text, 1}}
		if p.Lead != "" && !strings.Contains(p.Text, p.Lead) {
			fields = append(fields, Field{p.Lead, leadWeight})
		}
		if len(p.Section) > 0 {
			fields = append(fields, Field{strings.Join(p.Section, "\n"), sectionWeight})
		}
		docs[i] = Document{Fields: fields, Parents: []string{p.ID, section}}
		if p.SourceID == "" {
			docs[i].Parents[0] = section + "\x00" + strconv.Itoa(p.Block)
		}
	}
	return docs
}
