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
	names, ids := newNamer(c.ID), map[string]string{} // old ID -> new ID
	c.Blocks, c.Tables, c.Figures = slices.Clone(d.Blocks), slices.Clone(d.Tables), slices.Clone(d.Figures)
	for i := range c.Tables {
		t := &c.Tables[i]
		ids[t.ID] = names.table(t.Caption, t.Columns)
		t.ID = ids[t.ID]
	}
	for i := range c.Figures {
		f := &c.Figures[i]
		ids[f.ID] = names.figure(f.Caption)
		f.ID = ids[f.ID]
	}
	for i := range c.Blocks {
		c.Blocks[i].Table, c.Blocks[i].Figure = ids[d.Blocks[i].Table], ids[d.Blocks[i].Figure]
	}
	c.Passages = Passages(&c)
	return &c
}
