// Command portal serves the portal of package portaltest: the demo's, or a
// generated one of any size.
//
//	go run ./crawler/portaltest/portal
//	go run ./crawler/portaltest/portal -articles 50000 -latency 50ms
//
// It prints its URL on a line of its own and serves until it is interrupted.
// Beside the portal there is a desk, which no page links to:
//
//	GET  /-/report    what was asked for, as JSON
//	GET  /-/truth     every article as it is, as JSON lines
//	POST /-/forget    starts the report anew
//	POST /-/next-day  publishes, edits and withdraws (the demo's portal only)
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"fangzhi/crawler/portaltest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		if errors.Is(err, errUsage) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, out io.Writer) error {
	var o portaltest.Options
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8099", "`address` to listen on; port 0: any that is free")
	flags.IntVar(&o.Articles, "articles", 0, "serve a generated portal of `N` articles instead of the demo's")
	flags.IntVar(&o.Columns, "columns", 0, "columns of a generated portal (default 8)")
	flags.IntVar(&o.PageSize, "page-size", 0, "`rows` of a list page (default 20, the demo 5)")
	flags.IntVar(&o.PageBytes, "page-bytes", 0, "`size` of a generated page (default 38000)")
	flags.IntVar(&o.Links, "links", 0, "links on a generated article page (default 124)")
	flags.DurationVar(&o.Latency, "latency", 0, "wait this `long` before every answer")
	codings := flags.String("codings", "gzip", "content `codings` offered, with commas between: gzip, br, zstd, deflate; none")
	validity := flags.String("validity", "", "conditional requests: date, none, fresh, sticky or ignored `manner` (default: ETag and date)")
	robots := flags.String("robots", "", "`file` to serve as robots.txt")
	edit := flags.Int("edit", 0, "edit the first `N` articles of /-/truth")
	drop := flags.Int("drop", 0, "withdraw the last `N` articles of /-/truth")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return errUsage // flags has said which
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: %q: no arguments are expected", errUsage, flags.Arg(0))
	}
	o.Codings = []string{}
	if *codings != "none" && *codings != "" {
		o.Codings = strings.Split(*codings, ",")
	}
	switch o.Validity = portaltest.Validity(*validity); o.Validity {
	case portaltest.ETagAndDate, portaltest.DateOnly, portaltest.NoValidators, portaltest.EverFresh, portaltest.Sticky, portaltest.Careless:
	default:
		return fmt.Errorf("%w: validity %q: must be date, none, fresh, sticky or ignored", errUsage, *validity)
	}
	p := portaltest.New(o)
	if o.Articles == 0 {
		p = portaltest.DemoWith(o)
	}
	if *robots != "" {
		text, err := os.ReadFile(*robots)
		if err != nil {
			return err
		}
		p.SetRobots(string(text))
	}
	if err := revise(p, *edit, *drop); err != nil {
		return err
	}
	return serve(ctx, p, *addr, out)
}

// revise edits the first articles of the truth and withdraws the last.
func revise(p *portaltest.Portal, edit, drop int) error {
	if edit == 0 && drop == 0 {
		return nil
	}
	articles := p.Truth()
	if edit+drop > len(articles) {
		return fmt.Errorf("%w: %d edits and %d withdrawals: there are %d articles", errUsage, edit, drop, len(articles))
	}
	for _, a := range articles[:edit] {
		err := p.Edit(a.URL, func(a *portaltest.Article) {
			if len(a.Body) == 0 {
				a.Body = []string{""}
			}
			a.Body[0] = "（更正）" + a.Body[0]
		})
		if err != nil {
			return err
		}
	}
	for _, a := range articles[len(articles)-drop:] {
		if err := p.Withdraw(a.URL); err != nil {
			return err
		}
	}
	return nil
}

// serve serves p until ctx ends.
func serve(ctx context.Context, p *portaltest.Portal, addr string, out io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	server := &http.Server{
		Handler:           desk(p, base),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 30 * time.Second,
	}
	if _, err := fmt.Fprintln(out, base+"/"); err != nil {
		return errors.Join(err, listener.Close())
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	err = server.Close()
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}
