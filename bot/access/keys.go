// Package access says who may use a server: API keys with scopes, and how many
// requests a key or an address may make.
//
// A key is 32 random bytes. The server holds only its SHA-256, which for a
// value of that entropy needs no salt and no slow hash. It reads no HTTP and
// logs no key.
package access

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Scope is what a key allows.
type Scope string

// Scopes. Write includes Read.
const (
	Read  Scope = "read"  // ask, search, look up, give feedback
	Write Scope = "write" // add and remove documents too
)

// prefix begins every key, so that tools that look for leaked secrets know one.
const prefix = "yanbao_"

// keyBytes is the entropy of a key.
const keyBytes = 32

// Key is one line of a key file.
type Key struct {
	Name  string // who it was given to; shown in logs
	Scope Scope
	hash  [sha256.Size]byte
}

// Allows reports whether the key is good for what needs a scope.
func (k Key) Allows(s Scope) bool { return k.Scope == s || k.Scope == Write }

// Line is how the key is written in a key file.
func (k Key) Line() string {
	return fmt.Sprintf("%s %s %s", k.Name, k.Scope, hex.EncodeToString(k.hash[:]))
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// New makes a key. secret is what its holder sends; it is nowhere else.
func New(name string, scope Scope) (k Key, secret string, err error) {
	if !validName.MatchString(name) {
		return Key{}, "", fmt.Errorf("name %q: use up to 64 letters, digits, dots, - and _", name)
	}
	if scope != Read && scope != Write {
		return Key{}, "", fmt.Errorf("scope %q: use read or write", scope)
	}
	var raw [keyBytes]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return Key{}, "", fmt.Errorf("make a key: %w", err)
	}
	secret = prefix + base64.RawURLEncoding.EncodeToString(raw[:])
	return Key{name, scope, sha256.Sum256([]byte(secret))}, secret, nil
}

// Keys are the keys of a server; it is not changed once read.
type Keys struct{ all []Key }

// Parse reads a key file: a line for each key with its name, its scope and the
// SHA-256 of it in hexadecimal, as New and Line make them. Blank lines and
// lines that begin with # are skipped. Errors name the line.
func Parse(r io.Reader) (*Keys, error) {
	keys := &Keys{}
	scanner := bufio.NewScanner(r)
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		k, err := parseLine(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if slices.ContainsFunc(keys.all, func(other Key) bool { return other.Name == k.Name }) {
			return nil, fmt.Errorf("line %d: the name %s was used before", line, k.Name)
		}
		keys.all = append(keys.all, k)
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	if len(keys.all) == 0 {
		return nil, errors.New("no key in it: make one with yanbao keys new")
	}
	return keys, nil
}

func parseLine(text string) (Key, error) {
	fields := strings.Fields(text)
	if len(fields) != 3 {
		return Key{}, errors.New("want a name, a scope and the hash of the key, as yanbao keys new prints them")
	}
	if strings.HasPrefix(fields[2], prefix) {
		return Key{}, errors.New("that is the key itself, not its hash: it counts as leaked, make a new one with yanbao keys new")
	}
	k := Key{Name: fields[0], Scope: Scope(fields[1])}
	if !validName.MatchString(k.Name) {
		return Key{}, errors.New("the name may hold letters, digits, dots, - and _")
	}
	if k.Scope != Read && k.Scope != Write {
		return Key{}, fmt.Errorf("scope %q: use read or write", k.Scope)
	}
	hash, err := hex.DecodeString(fields[2])
	if err != nil || len(hash) != len(k.hash) {
		return Key{}, errors.New("the hash must be 64 hexadecimal digits")
	}
	copy(k.hash[:], hash)
	return k, nil
}

// Find returns the key that a secret is. It looks at every key and takes the
// same time wherever they differ.
func (k *Keys) Find(secret string) (Key, bool) {
	hash := sha256.Sum256([]byte(secret))
	at := -1
	for i := range k.all {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], k.all[i].hash[:]), i, at)
	}
	if at < 0 {
		return Key{}, false
	}
	return k.all[at], true
}

// Len is how many keys there are.
func (k *Keys) Len() int { return len(k.all) }
