package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Names in a data directory. The lock is the lock of the operating system on
// lockName, which ends with its process however that ends; ownerName only says
// for others who holds it and may be left over.
const (
	lockName  = "lock"
	ownerName = "lock.owner"
)

// owner says who is writing to a data directory.
type owner struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

func (o owner) String() string {
	return fmt.Sprintf("process %d, %s, since %s", o.PID, o.Command, o.Since.Format("2006-01-02 15:04:05"))
}

// lock makes this process the only writer of the directory, or fails with
// ErrLocked at once. The directory is made if it does not exist.
func (l *Library) lock() (unlock func(), err error) {
	if _, err := os.Stat(l.dir); errors.Is(err, fs.ErrNotExist) {
		if err := l.disk.MkdirAll(l.dir); err != nil {
			return nil, err
		}
		// The parent may be one that we cannot read; then the name is made
		// last when the system gets to it.
		if err := l.disk.SyncDir(filepath.Dir(l.dir)); err != nil {
			l.o.Log.Debug("index: parent of the data directory not synced", "error", err)
		}
	}
	lock := flock.New(filepath.Join(l.dir, lockName))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, l.writeError(lock.Path(), err)
	}
	if !ok {
		by := "another process"
		if o, ok := l.owner(); ok {
			by = o.String()
		}
		text := fmt.Sprintf("data directory %s is being written to by %s: wait until that has ended and try again", l.dir, by)
		return nil, &problem{ErrLocked, text, nil}
	}
	ownerFile := filepath.Join(l.dir, ownerName)
	release := func() {
		os.Remove(ownerFile)
		lock.Unlock()
	}
	data, err := json.Marshal(owner{PID: os.Getpid(), Command: l.o.Command, Since: time.Now()})
	if err == nil {
		err = os.WriteFile(ownerFile, data, 0o644)
	}
	if err != nil {
		release()
		return nil, l.writeError(ownerFile, err)
	}
	return release, nil
}

// owner reads who holds the lock, or who held it last and was killed.
func (l *Library) owner() (owner, bool) {
	var o owner
	data, err := os.ReadFile(filepath.Join(l.dir, ownerName))
	if err != nil || json.Unmarshal(data, &o) != nil {
		return owner{}, false
	}
	return o, true
}
