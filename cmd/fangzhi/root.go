package main

import (
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const rootHelp = `fangzhi (方志) keeps the record of what regional governments publish, change
and withdraw: it crawls news portals on a schedule, reads title, date, source
and body, and stores every version of every article.

Data goes to standard output, everything else to standard error. Exit codes:
0 well, 1 failed, 2 wrong usage, 3 done but some pages failed, 4 configuration
unusable, 5 archive damaged, 6 archive unreadable (verify), 130
interrupted.`

// app is what every command has: the streams and the global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	config         string
	archive        string
	quiet, verbose bool
	logFormat      string
	now            func() time.Time
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:               "fangzhi",
		Short:             "Crawl and archive regional government news",
		Long:              rootHelp,
		Example:           "  fangzhi demo\n  fangzhi crawl https://www.example.gov.cn/\n  fangzhi export --format csv -o news.csv",
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkFlags() },
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("there is no command %q; see fangzhi help", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%s: %w; see fangzhi help %s", cmd.Name(), err, cmd.Name())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.config, "config", "", "configuration `FILE` (default fangzhi.yaml where there is one)")
	flags.StringVar(&a.archive, "archive", "", "archive: sqlite:`PATH` or mongodb://HOST/NAME (default $FANGZHI_ARCHIVE, the configuration's, or sqlite:fangzhi.db)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no hints")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log each page")
	flags.StringVar(&a.logFormat, "log-format", "text", "log as `FORMAT`: text or json")
	root.AddGroup(
		&cobra.Group{ID: "crawl", Title: "Crawling:"},
		&cobra.Group{ID: "read", Title: "Reading the archive:"},
		&cobra.Group{ID: "keep", Title: "Keeping it:"},
	)
	root.SetHelpCommand(helpCommand(root))
	for group, commands := range map[string][]*cobra.Command{
		"crawl": {demoCommand(a), initCommand(a), checkCommand(a), crawlCommand(a), serveCommand(a), scheduleCommand(a), extractCommand(a)},
		"read":  {statusCommand(a), runsCommand(a), listCommand(a), logCommand(a), showCommand(a), diffCommand(a), explainCommand(a), searchCommand(a)},
		"keep":  {exportCommand(a), importCommand(a), rereadCommand(a), verifyCommand(a), copyCommand(a), checkpointCommand(a), proveCommand(a), tortureCommand(a)},
	} {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = shells, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// shells refuses those for which there is no completion.
func shells(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return usage("completion: %q: must be one of %s", args[0], strings.Join(names, ", "))
}

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		Long:  "Explain a command, or list the commands there are.",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage("help: there is no command %q; fangzhi help lists them", strings.Join(args, " "))
			}
			return cmd.Help()
		},
	}
}

// oneAtMost refuses flags of which one rules out the others.
func oneAtMost(cmd *cobra.Command, flags ...string) error {
	var given []string
	for _, f := range flags {
		if cmd.Flags().Changed(f) {
			given = append(given, "--"+f)
		}
	}
	if len(given) > 1 {
		return usage("%s: %s: only one of them", cmd.Name(), strings.Join(given, " and "))
	}
	return nil
}

func (a *app) checkFlags() error {
	if a.logFormat != "text" && a.logFormat != "json" {
		return usage("--log-format: %q: must be text or json", a.logFormat)
	}
	return nil
}

// needs turns a count of arguments that does not fit into a usage error.
func needs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("%s: %w; usage: %s", cmd.Name(), err, cmd.UseLine())
		}
		return nil
	}
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
