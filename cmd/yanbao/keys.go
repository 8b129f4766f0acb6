package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"yanbao/bot/access"

	"github.com/spf13/cobra"
)

const keysLong = `Make API keys for yanbao serve. A key is shown once; the server keeps a file of
lines with the name, the scope and the SHA-256 of each key.

为 yanbao serve 生成密钥；密钥只显示一次，服务器只保存其散列。`

const keysExample = `  yanbao keys new alice --scope read >> keys.txt    # the key itself goes to stderr
  yanbao serve --addr :8080 --api-keys keys.txt`

func (p *program) keysCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "keys",
		Short:   "make API keys for serve (密钥)",
		Long:    keysLong,
		Example: keysExample,
		Args:    arguments(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var scope choice
	create := &cobra.Command{
		Use:     "new NAME",
		Short:   "make a key: its line for the key file on stdout, the key itself on stderr",
		Example: keysExample,
		Args:    arguments(1, 1, "a name for the holder of the key"),
		RunE:    func(_ *cobra.Command, args []string) error { return p.newKey(args[0], scope.value) },
	}
	addChoice(create, &scope, "scope", string(access.Read), "what the key allows", string(access.Read), string(access.Write))
	c.AddCommand(create)
	return c
}

func (p *program) newKey(name, scope string) error {
	k, secret, err := access.New(name, access.Scope(scope))
	if err != nil {
		return usagef("keys new: %w", err)
	}
	p.print("%s\n", k.Line())
	p.note("the key of %s, shown this once: %s", name, secret)
	p.note("add the line on stdout to the file that yanbao serve --api-keys names")
	return nil
}

// keyFile is a file of keys that is read again when it changes. The zero path
// is no authentication.
type keyFile struct {
	path string
	seen time.Time // of the last change that was looked at
	keys atomic.Pointer[access.Keys]
}

func openKeyFile(path string) (*keyFile, error) {
	k := &keyFile{path: path}
	return k, k.look()
}

// current returns the keys in force, nil for no authentication.
func (k *keyFile) current() *access.Keys { return k.keys.Load() }

// look reads the file if it has changed. On an error the keys stay.
func (k *keyFile) look() error {
	if k.path == "" {
		return nil
	}
	info, err := os.Stat(k.path)
	if err != nil {
		return fmt.Errorf("API keys %s: %w", k.path, plainPathError(err))
	}
	if info.ModTime().Equal(k.seen) {
		return nil
	}
	file, err := os.Open(k.path)
	if err != nil {
		return fmt.Errorf("API keys %s: %w", k.path, plainPathError(err))
	}
	defer file.Close()
	keys, err := access.Parse(file)
	k.seen = info.ModTime()
	if err != nil {
		return fmt.Errorf("API keys %s: %w", k.path, err)
	}
	k.keys.Store(keys)
	return nil
}
