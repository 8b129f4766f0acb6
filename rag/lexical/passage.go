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

// A section of more than longSection passages is no unit of sense any more (a
// file without headings is one section): it is taken in stretches.
const (
	longSection = 40
	stretch     = 20
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
	sizes := make(map[string]int)
	for _, p := range passages {
		sizes[sectionKey(p)]++
	}
	seen := make(map[string]int)
	for i, p := range passages {
		section := sectionKey(p)
		fields := []Field{{p.Text, 1}}
		if p.Lead != "" && !strings.Contains(p.Text, p.Lead) {
			fields = append(fields, Field{p.Lead, leadWeight})
		}
		if len(p.Section) > 0 {
			fields = append(fields, Field{strings.Join(p.Section, "\n"), sectionWeight})
		}
		paragraph := p.ID
		if p.SourceID == "" {
			paragraph = section + "\x00" + strconv.Itoa(p.Block)
		}
		if sizes[section] > longSection {
			n := seen[section] / stretch
			seen[section]++
			section += "\x00" + strconv.Itoa(n)
		}
		docs[i] = Document{Fields: fields, Parents: []string{paragraph, section}}
	}
	return docs
}

func sectionKey(p *ingest.Passage) string {
	return p.DocumentID + "\x00" + strings.Join(p.Section, "\x00")
}
