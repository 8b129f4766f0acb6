package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yanbao/bot"
	"yanbao/ingest"
	"yanbao/rag"
)

// Bounds of a section that is given to a model whole.
const (
	maxSectionPassages = 150
	sectionHits        = 50 // search results among which a passage of the section is looked for
)

// section is a chapter or page of a document with its passages in order.
type section struct {
	document rag.DocumentView
	path     []string
	passages []ingest.Passage // at least one
	cut      bool             // there are more
}

// text is the section with the ID in front of each passage.
func (s section) text() string {
	var b strings.Builder
	for _, p := range s.passages {
		fmt.Fprintf(&b, "[%s] %s\n", bot.Clean(p.ID), bot.Shorten(p.Text, 0))
	}
	return b.String()
}

// findSection finds the one section whose title is title, failing that begins
// with it, failing that holds it, in one document or in all. An argumentError
// says why there is none.
func (s *Server) findSection(ctx context.Context, document, title string) (section, error) {
	title = strings.TrimSpace(title)
	var whole, begin, part []section
	for _, d := range s.asker.Documents(ctx) {
		if document != "" && d.ID != document {
			continue
		}
		for i, o := range d.Outline {
			found := section{document: d, path: outlinePath(d.Outline, i)}
			switch {
			case o.Title == title:
				whole = append(whole, found)
			case strings.HasPrefix(o.Title, title):
				begin = append(begin, found)
			case strings.Contains(o.Title, title):
				part = append(part, found)
			}
		}
	}
	candidates := part
	for _, nearer := range [][]section{begin, whole} {
		if len(nearer) > 0 {
			candidates = nearer
		}
	}
	switch len(candidates) {
	case 0:
		return section{}, argumentf("no section is called %q; list_documents shows the outline", bot.Shorten(title, shownID))
	case 1:
		return s.readSection(ctx, candidates[0])
	}
	var names []string
	for _, c := range candidates[:min(len(candidates), shownIDs)] {
		names = append(names, c.document.ID+": "+bot.Path(c.path))
	}
	return section{}, argumentf("%d sections are called %q; give more of the title, or the document: %s",
		len(candidates), bot.Shorten(title, shownID), strings.Join(names, "; "))
}

// outlinePath is the titles from the chapter down to a section.
func outlinePath(outline []ingest.Section, i int) []string {
	var path []string
	for steps := 0; i >= 0 && i < len(outline) && steps < len(outline); steps++ {
		path = append(path, outline[i].Title)
		i = outline[i].Parent
	}
	slices.Reverse(path)
	return path
}

// readSection reads the passages of a section in order: a search gives a place
// in the document, from which it is walked to.
func (s *Server) readSection(ctx context.Context, found section) (section, error) {
	view, err := s.placeNear(ctx, found)
	if err != nil {
		return section{}, err
	}
	for inside := below(view.Passage.Section, found.path); len(view.Before) > 0; {
		previous := view.Before[len(view.Before)-1]
		if inside && !below(previous.Section, found.path) {
			break
		}
		if view, err = s.asker.Passage(ctx, previous.ID); err != nil {
			return section{}, fmt.Errorf("read the section: %w", err)
		}
		inside = inside || below(previous.Section, found.path)
	}
	for {
		inside := below(view.Passage.Section, found.path)
		switch {
		case inside && len(found.passages) == maxSectionPassages:
			found.cut = true
			return found, nil
		case inside:
			found.passages = append(found.passages, view.Passage)
		case len(found.passages) > 0:
			return found, nil
		}
		if len(view.After) == 0 {
			break
		}
		if view, err = s.asker.Passage(ctx, view.After[0].ID); err != nil {
			return section{}, fmt.Errorf("read the section: %w", err)
		}
	}
	if len(found.passages) == 0 {
		return section{}, argumentf("the section %q holds no passages of its own", bot.Path(found.path))
	}
	return found, nil
}

// placeNear returns a passage of the section where a search finds one, or any
// passage of its document.
func (s *Server) placeNear(ctx context.Context, found section) (*rag.PassageView, error) {
	hits, err := s.asker.Search(ctx, rag.SearchRequest{Query: strings.Join(found.path, " "), K: sectionHits, Document: found.document.ID})
	if err != nil {
		return nil, fmt.Errorf("search the section: %w", err)
	}
	if len(hits) == 0 {
		return nil, argumentf("the document %s holds no passages near %q", found.document.ID, bot.Path(found.path))
	}
	at := max(0, slices.IndexFunc(hits, func(r rag.SearchResult) bool { return below(r.Section, found.path) }))
	view, err := s.asker.Passage(ctx, hits[at].PassageID)
	if err != nil {
		return nil, fmt.Errorf("read the section: %w", err)
	}
	return view, nil
}

// below reports whether a passage's section path lies in a section.
func below(path, section []string) bool {
	return len(path) >= len(section) && slices.Equal(path[:len(section)], section)
}

// isArgument reports whether an error is about an argument.
func isArgument(err error) bool {
	var a argumentError
	return errors.As(err, &a)
}
