package index

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Writer says who is changing the directory at this moment: process, command
// and since when; "" for nobody. It makes nothing.
func (l *Library) Writer() string {
	name := filepath.Join(l.dir, lockName)
	if _, err := os.Stat(name); err != nil {
		return "" // nothing has ever been changed here
	}
	lock := flock.New(name)
	free, err := lock.TryRLock()
	if err != nil {
		return "" // who may not look cannot tell
	}
	if free {
		lock.Unlock()
		return ""
	}
	if o, ok := l.owner(); ok {
		return o.String()
	}
	return "another process"
}
