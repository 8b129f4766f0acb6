package ground

import (
	"strings"
	"sync"

	"yanbao/ingest"
	"yanbao/rag/quantity"
)

// prepared is what Select needs of a passage whatever the question is.
type prepared struct {
	near    passageText // lead and the paragraph
	far     passageText // section titles, captions
	periods []quantity.Period
	units   []preparedUnit
}

// preparedUnit is one unit of a passage, read once.
type preparedUnit struct {
	start, end int
	text       passageText
	values     []quantity.Value
	periods    []quantity.Period
	sources    []string
	traits     traits
	entities   []entity // companies, products and models that it names
	places     bool     // it names some place
	brevity    float64
}

// entity is a name that numbers can be about.
type entity struct{ canonical, owner string }

// maxPrepared bounds the cache: about 10 KB a passage.
const maxPrepared = 4096

// cache keeps prepared passages of one index, which never change. When it is
// full it starts anew: questions about one report come in rows.
type cache struct {
	mu       sync.Mutex
	prepared map[*ingest.Passage]*prepared
}

func (c *cache) get(p *ingest.Passage) *prepared {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.prepared[p]
}

func (c *cache) put(p *ingest.Passage, v *prepared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prepared == nil || len(c.prepared) >= maxPrepared {
		c.prepared = make(map[*ingest.Passage]*prepared)
	}
	c.prepared[p] = v
}

// prepare reads a passage, from the cache where it is there.
func (s *Selector) prepare(p *ingest.Passage) *prepared {
	if v := s.cache.get(p); v != nil {
		return v
	}
	v := s.around(p)
	for _, sp := range unitSpans(p) {
		u := Unit{Passage: p, Start: sp[0], End: sp[1], Text: p.Text[sp[0]:sp[1]]}
		own := withoutCaption(&u)
		pu := preparedUnit{
			start: u.Start, end: u.End, text: newPassageText(u.Text),
			values: quantity.Values(own), periods: quantity.Periods(own),
			sources: sources(&u), brevity: brevity(u.Text),
		}
		pu.traits = traitsOf(u.Text, pu.text.folded)
		for _, m := range s.Lexicon.Mentions(u.Text) {
			if entityKind(m.Kind) {
				pu.entities = append(pu.entities, entity{m.Canonical, m.Owner})
			}
			pu.places = pu.places || m.Kind == "place"
		}
		v.units = append(v.units, pu)
	}
	s.cache.put(p, v)
	return v
}

// around reads what stands around the units of a passage.
func (s *Selector) around(p *ingest.Passage) *prepared {
	near := p.Lead
	far := strings.Join(p.Section, " ")
	if d, ok := s.Library.Document(p.DocumentID); ok {
		if p.Block >= 0 && p.Block < len(d.Blocks) && p.Kind == ingest.KindText {
			b := d.Blocks[p.Block]
			near += " " + d.Text[b.Start:b.End]
		}
		for i := range d.Tables {
			if t := &d.Tables[i]; p.TableID == t.ID && p.TableID != "" {
				near += " " + t.Caption
				far += " " + strings.Join(t.Notes, " ")
			}
		}
		for i := range d.Figures {
			if f := &d.Figures[i]; p.FigureID == f.ID && p.FigureID != "" {
				near += " " + f.Caption + " " + strings.Join(f.Notes, " ")
			}
		}
	}
	return &prepared{
		near:    newPassageText(near),
		far:     newPassageText(far),
		periods: quantity.Periods(near + " " + far),
	}
}

// traits are what the words of a unit show of what it can answer.
type traits struct {
	defines, explains, lists, titles, numbers, ranks, issues, contrasts bool

	enumerates int
}

func traitsOf(raw, folded string) traits {
	return traits{
		defines:    definitionWords.MatchString(folded),
		explains:   reasonWords.MatchString(folded),
		lists:      listMark.MatchString(raw),
		titles:     docTitle.MatchString(raw),
		numbers:    docNumber.MatchString(raw),
		ranks:      rankWords.MatchString(folded),
		issues:     issuerWords.MatchString(raw),
		contrasts:  contrastWords.MatchString(folded),
		enumerates: Enumerates(raw),
	}
}
