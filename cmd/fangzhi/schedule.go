package main

import (
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"
)

const scheduleHelp = `Print the next planned ticks of the configuration's sites, each in its site's
zone with the offset, so that changes of the clock can be seen before they come.`

// tick is one line of the schedule.
type tick struct {
	Site string    `json:"site"`
	At   time.Time `json:"at"`
}

func scheduleCommand(a *app) *cobra.Command {
	var count int
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "schedule [SITE]",
		Short:             "Print the next planned ticks",
		Long:              scheduleHelp,
		ValidArgsFunction: a.completeSites,
		Example:           "  fangzhi schedule zjg-edz --count 5",
		Args:              needs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if count < 1 {
				return usage("--count: %d: must be 1 or more", count)
			}
			c, ok, err := a.loadConfig()
			if err != nil {
				return err
			}
			if !ok {
				return exit{exitConfig, errors.New("schedule: there is no fangzhi.yaml here; name one with --config")}
			}
			ticks, names := []tick(nil), []string(nil)
			for _, s := range c.Sites {
				names = append(names, s.Name)
				if len(args) == 1 && s.Name != args[0] {
					continue
				}
				at := a.now()
				for range count {
					if at = s.Schedule.Next(at); at.IsZero() {
						break
					}
					ticks = append(ticks, tick{Site: s.Name, At: at.In(s.Zone)})
				}
			}
			if len(args) == 1 && !slices.Contains(names, args[0]) {
				return usage("schedule: there is no site %q; the configuration has: %s", args[0], listOr(names, "none"))
			}
			slices.SortStableFunc(ticks, func(x, y tick) int { return x.At.Compare(y.At) })
			out := newJSONLines(a.stdout)
			var t table
			for _, tick := range ticks[:min(count, len(ticks))] {
				if asJSON {
					if err := out.write(tick); err != nil {
						return err
					}
					continue
				}
				t.add(tick.At.Format("Mon 2006-01-02 15:04 -07:00"), tick.Site)
			}
			if len(ticks) == 0 {
				a.hint("no site has a schedule")
			}
			return t.print(a.stdout)
		},
	}
	cmd.Flags().IntVar(&count, "count", 20, "how many `N` ticks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON, a line each")
	return cmd
}
