package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"yanbao/bot/httpapi"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

const serveLong = `Answer over HTTP: the API (/v1, described at /docs), the same for OpenAI clients
(/v1/chat/completions), MCP (/mcp) and the web page. It listens on this machine
alone unless told otherwise; beyond it, it wants API keys (see: yanbao keys --help).

以 HTTP 提供服务：API、OpenAI 兼容接口、MCP 与网页。默认只监听本机；对外监听须配置密钥。

Environment: YANBAO_ADDR and YANBAO_API_KEYS stand for --addr and --api-keys,
YANBAO_DATA for --data.`

const serveExample = `  yanbao serve
  yanbao serve --addr :8080 --api-keys keys.txt
  curl -s localhost:8080/v1/ask --json '{"question":"2024年中国大模型市场规模有多大？"}'`

// serveFlags are the flags of serve.
type serveFlags struct {
	addr     string
	keys     string // file
	open     bool
	url      string // how clients reach the server
	hosts    []string
	origins  []string
	proxies  []string
	record   bool
	keepDays int
	cache    int
	rate     float64
	upload   int // MB
	grace    time.Duration
	format   choice
	limits   httpapi.Limits

	slack         bool
	slackSettings string // file
}

// anyRate is the flag's value for the default, which depends on the address.
const anyRate = -1

// openRate is how many requests a second a caller from elsewhere has.
const openRate = 20

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:     "serve",
		Short:   "answer over HTTP: API, OpenAI-compatible, MCP, web page (服务)",
		Long:    serveLong,
		Example: serveExample,
		Args:    arguments(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return p.serve(c.Context(), f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.addr, "addr", "", "`HOST:PORT` to listen on (default $YANBAO_ADDR, or 127.0.0.1:8080)")
	flags.StringVar(&f.keys, "api-keys", "", "`FILE` of API keys; turns authentication on (default $YANBAO_API_KEYS)")
	flags.BoolVar(&f.open, "insecure-open", false, "listen beyond this machine without API keys; documents cannot be changed then")
	flags.StringVar(&f.url, "url", "", "`URL` under which clients reach this server, for links in citations (default taken from each request)")
	flags.StringSliceVar(&f.hosts, "host", nil, "further `NAME` that clients reach this server under (without API keys, only names of this machine are served)")
	flags.StringSliceVar(&f.origins, "cors", nil, "web `ORIGIN` whose pages may call the API, such as https://example.org; * for any")
	flags.StringSliceVar(&f.proxies, "proxy", nil, "`NETWORK` of reverse proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8")
	flags.BoolVar(&f.record, "record", true, "keep answers and feedback in the data directory")
	flags.IntVar(&f.keepDays, "keep", 90, "`DAYS` that answers and feedback are kept; 0 for ever")
	flags.IntVar(&f.cache, "cache", 4096, "`ANSWERS` remembered while the documents stay the same; 0 for none")
	flags.Float64Var(&f.rate, "rate", anyRate, "requests per second of a key, or of an address without keys; 0 for no limit (default 20, no limit on this machine)")
	flags.IntVar(&f.limits.Concurrent, "concurrent", 2000, "requests under way at a time")
	flags.IntVar(&f.upload, "max-size", 64, "largest document in `MB`")
	flags.DurationVar(&f.grace, "grace", 15*time.Second, "time that requests under way have when the server is told to stop")
	flags.BoolVar(&f.slack, "slack", true, "answer in Slack too, where its tokens are set (see: yanbao slack --help)")
	flags.StringVar(&f.slackSettings, "slack-settings", "", "`FILE` of settings for Slack (default $YANBAO_SLACK_SETTINGS)")
	addChoice(c, &f.format, "log", "text", "form of the log on stderr", "text", "json")
	return c
}

// complete takes what was not given from the environment and checks the rest.
func (f *serveFlags) complete(getenv func(string) string) error {
	if f.addr == "" {
		f.addr = getenv("YANBAO_ADDR")
	}
	if f.addr == "" {
		f.addr = "127.0.0.1:8080"
	}
	if f.keys == "" {
		f.keys = getenv("YANBAO_API_KEYS")
	}
	host, _, err := net.SplitHostPort(f.addr)
	switch {
	case err != nil:
		return usagef("serve: --addr %s: write it as HOST:PORT, for example 127.0.0.1:8080", f.addr)
	case f.keepDays < 0, f.cache < 0, f.limits.Concurrent < 1, f.grace < 0:
		return usagef("serve: --keep, --cache and --grace cannot be below 0, --concurrent not below 1")
	case f.upload < 1 || f.upload > 4096:
		return usagef("serve: --max-size %d is not between 1 and 4096", f.upload)
	case f.rate < 0 && f.rate != anyRate:
		return usagef("serve: --rate %g is below 0", f.rate)
	}
	if err := checkOrigins(f.origins); err != nil {
		return err
	}
	loopback := isLoopback(host)
	if !loopback && f.keys == "" && !f.open {
		return usagef("serve: %s can be reached from other machines, and without API keys anybody could ask: give --api-keys FILE (yanbao keys new makes keys), or --insecure-open if that is meant", f.addr)
	}
	f.limits.Rate = f.rate
	if f.rate == anyRate {
		f.limits.Rate = openRate
		if loopback && f.keys == "" {
			f.limits.Rate = 0
		}
	}
	f.limits.Upload = int64(f.upload) << 20
	if loopback && f.keys == "" {
		f.hosts = append(f.hosts, "localhost", "127.0.0.1", "::1", host)
	} else {
		f.hosts = nil
	}
	return nil
}

// checkOrigins refuses what no browser sends as the origin of a page.
func checkOrigins(origins []string) error {
	p := http.NewCrossOriginProtection()
	for _, o := range origins {
		if o == "*" {
			continue
		}
		if err := p.AddTrustedOrigin(o); err != nil {
			return usagef("serve: --cors %s: write it as https://example.org, or * for any", o)
		}
	}
	return nil
}

// isLoopback reports whether a host to listen on is this machine alone. A name
// other than localhost may come to mean anything.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// networks reads addresses and networks.
func networks(texts []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, t := range texts {
		if a, err := netip.ParseAddr(t); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(t)
		if err != nil {
			return nil, usagef("serve: --proxy %s: write it as 10.0.0.1 or 10.0.0.0/8", t)
		}
		out = append(out, n)
	}
	return out, nil
}

// serve runs the server until ctx is done.
func (p *program) serve(ctx context.Context, f serveFlags) (err error) {
	if err := f.complete(p.getenv); err != nil {
		return err
	}
	h, err := p.openHouse(ctx, f)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	defer func() { err = errors.Join(err, h.close()) }()
	slack, err := p.openSlack(h)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return fmt.Errorf("serve: %w; give another address with --addr", err)
	}
	p.note("listening on http://%s", listener.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.run(ctx, listener) })
	group.Go(func() error { return h.keep(ctx) })
	group.Go(func() error { return h.runSlack(ctx, slack) })
	return group.Wait()
}

// serveLog returns the log of a server: what happens, without questions.
func (p *program) serveLog(format string) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if p.settings.verbose {
		o.Level = slog.LevelDebug
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(p.stderr, o))
	}
	return slog.New(slog.NewTextHandler(prefixed{p.stderr}, o))
}
