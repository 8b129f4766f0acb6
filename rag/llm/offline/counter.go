package offline

// feature is one distinct n-gram of a text.
type feature struct {
	key    uint64 // hash; 0 marks a free slot
	weight float32
	count  int32
}

// counter counts the features of one text in an open hash table that is used
// again for the next text. Features are visited in the order of their first
// occurrence, which keeps sums of floats the same from run to run.
type counter struct {
	table []feature // length is a power of two
	used  []int32   // occupied slots, oldest first
}

func newCounter() *counter { return &counter{table: make([]feature, 2048)} }

// reset frees all slots.
func (c *counter) reset() {
	for _, slot := range c.used {
		c.table[slot] = feature{}
	}
	c.used = c.used[:0]
}

// add counts the feature of that key. The weight of its first occurrence
// stands: equal keys have equal weights, collisions of 64 bits aside.
func (c *counter) add(key uint64, weight float32) {
	key = mix(key)
	if key == 0 {
		key = 1
	}
	mask := uint64(len(c.table) - 1)
	// The lowest bits choose the component of the vector; the middle ones
	// spread better here.
	for slot := (key >> 20) & mask; ; slot = (slot + 1) & mask {
		f := &c.table[slot]
		switch f.key {
		case key:
			f.count++
			return
		case 0:
			*f = feature{key: key, weight: weight, count: 1}
			c.used = append(c.used, int32(slot))
			if len(c.used)*2 > len(c.table) {
				c.grow()
			}
			return
		}
	}
}

// grow doubles the table and keeps the order of the features.
func (c *counter) grow() {
	old := c.table
	c.table = make([]feature, 2*len(old))
	mask := uint64(len(c.table) - 1)
	for i, from := range c.used {
		f := old[from]
		slot := (f.key >> 20) & mask
		for c.table[slot].key != 0 {
			slot = (slot + 1) & mask
		}
		c.table[slot] = f
		c.used[i] = int32(slot)
	}
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit
// of the input changes about half of the bits of the result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
