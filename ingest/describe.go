package ingest

import "slices"

// Describe returns a copy of the document with the non-empty fields of meta in
// place of its own: what a user says of a file goes before what the file says.
// Another ID gives tables, figures and passages other IDs too.
func (d *Document) Describe(meta Meta) *Document {
	c := *d
	for _, field := range []struct {
		target *string
		value  string
	}{
		{&c.ID, meta.ID}, {&c.Title, meta.Title}, {&c.Publisher, meta.Publisher},
		{&c.Date, meta.Date}, {&c.Language, meta.Language}, {&c.Notice, meta.Notice},
	} {
		if field.value != "" {
			*field.target = field.value
		}
	}
	if c.ID == d.ID {
		return &c
	}
	renamed := func(id string) string {
		if id == "" {
			return ""
		}
		return id[:2] + identity(0, c.ID, id) // "t-" or "f-" stays
	}
	c.Blocks, c.Tables, c.Figures = slices.Clone(d.Blocks), slices.Clone(d.Tables), slices.Clone(d.Figures)
	for i := range c.Blocks {
		c.Blocks[i].Table, c.Blocks[i].Figure = renamed(d.Blocks[i].Table), renamed(d.Blocks[i].Figure)
	}
	for i := range c.Tables {
		c.Tables[i].ID = renamed(d.Tables[i].ID)
	}
	for i := range c.Figures {
		c.Figures[i].ID = renamed(d.Figures[i].ID)
	}
	c.Passages = Passages(&c)
	return &c
}
