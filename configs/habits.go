package configs

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/extract"
	"fangzhi/scheduler"
)

func (s *siteReader) preset() Preset {
	name := s.optional("preset", DefaultPreset)
	var names []string
	for _, p := range s.presets {
		if p.Name == name {
			return p
		}
		names = append(names, p.Name)
	}
	s.mistake(s.fields["preset"], "%q: unknown preset: must be one of %s", name, strings.Join(names, ", "))
	return Preset{Name: DefaultPreset}
}

// articles are the patterns of the addresses of articles, the preset's where the
// site has none.
func (s *siteReader) articles(preset Preset) []string {
	given, at := s.texts(s.fields["articles"])
	for i, v := range at {
		s.places[fmt.Sprintf("articles[%d]", i)] = v
	}
	if s.fields["articles"].node == nil {
		return preset.Articles
	}
	return given
}

// walkEvery is which runs walk every list to its end: 0 is none.
func (s *siteReader) walkEvery() int {
	n, ok := s.number(s.fields["walk_every"], 0, 1_000_000)
	if ok && n == 0 {
		return -1
	}
	return n
}

func (s *siteReader) politeness() crawler.Politeness {
	fields := s.mapping(s.fields["politeness"], "delay", "parallel")
	p := DefaultPoliteness
	if d, ok := s.duration(fields["delay"]); ok {
		if d > maxDelay {
			s.mistake(fields["delay"], "%s: must be an hour at most", s.quote(fields["delay"]))
		}
		p.Delay = d
	}
	if n, ok := s.number(fields["parallel"], 1, maxParallel); ok {
		p.Parallel = n
	}
	return p
}

// zone is the site's time zone; without one, that of China for hosts of its
// domains, else UTC.
func (s *siteReader) zone(columns []crawler.Column) *time.Location {
	name, ok := s.text(s.fields["timezone"])
	if !ok {
		name = "UTC"
		for _, c := range columns {
			if u, err := url.Parse(c.URL); err == nil && strings.HasSuffix(u.Hostname(), ".cn") {
				name = "Asia/Shanghai"
			}
		}
	}
	zone, err := parseZone(name)
	if err != nil {
		s.mistake(s.fields["timezone"], "%q: %v", name, err)
		return time.UTC
	}
	return zone
}

func (s *siteReader) schedule(zone *time.Location) (string, scheduler.Schedule) {
	v := s.fields["schedule"]
	expr, ok := s.text(v)
	if !ok {
		return "", scheduler.Schedule{}
	}
	schedule, err := scheduler.Parse(expr, zone)
	if err != nil {
		s.mistake(v, "%v", err)
	}
	return expr, schedule
}

func (s *siteReader) onMissed() scheduler.OnMissed {
	switch policy := scheduler.OnMissed(s.optional("on_missed", string(scheduler.RunOnce))); policy {
	case scheduler.RunOnce, scheduler.Skip:
		return policy
	default:
		s.mistake(s.fields["on_missed"], "%q: must be run_once or skip", string(policy))
		return scheduler.RunOnce
	}
}

func (s *siteReader) revisit() scheduler.Revisit {
	list := s.fields["revisit"]
	if list.node == nil {
		return scheduler.DefaultRevisit
	}
	before := len(s.problems)
	policy := scheduler.Revisit{}
	for i, v := range s.list(list, "steps, each {age: …, every: …}") {
		fields := s.mapping(v, "age", "every")
		var step scheduler.Step
		step.Age, _ = s.duration(fields["age"])
		var ok bool
		if step.Every, ok = s.duration(fields["every"]); !ok {
			s.missing(v, "every", fields["every"], "how long after a visit the next is due, such as 1d")
		}
		for key, field := range fields {
			s.places[fmt.Sprintf("revisit[%d].%s", i, key)] = field
		}
		s.places[fmt.Sprintf("revisit[%d]", i)] = v
		policy = append(policy, step)
	}
	s.places["revisit"] = list
	if len(s.problems) > before {
		return scheduler.DefaultRevisit
	}
	var all interface{ Unwrap() []error }
	if errors.As(policy.Validate(), &all) {
		for _, err := range all.Unwrap() {
			field, why := "", err.Error()
			if strings.HasPrefix(why, "[") {
				field, why, _ = strings.Cut(why, ": ")
			}
			s.mistake(value{at: s.place("revisit" + field).at, path: s.at.path + ".revisit" + field}, "%s", why)
		}
	}
	return policy
}

// keep is what is captured of pages besides themselves.
func (s *siteReader) keep() crawler.Keep {
	fields := s.mapping(s.fields["keep"], "attachments", "requisites", "max_size", "per_page", "per_run", "revisit")
	k := crawler.Keep{Attachments: s.truth(fields["attachments"]), Requisites: s.truth(fields["requisites"])}
	k.Size, _ = s.size(fields["max_size"], crawler.MaxKept)
	k.PerPage, _ = s.number(fields["per_page"], 1, extract.MaxRequisites)
	k.PerRun, _ = s.number(fields["per_run"], 1, 1_000_000_000)
	if d, ok := s.duration(fields["revisit"]); ok {
		if d < time.Second || d > 365*scheduler.Day {
			s.mistake(fields["revisit"], "%s: must be 1s to 365d", s.quote(fields["revisit"]))
		}
		k.Revisit = d
	}
	return k
}

// withdrawal is how much evidence makes a page that is gone a withdrawn one.
func (s *siteReader) withdrawal() archive.Withdrawal {
	fields := s.mapping(s.fields["withdrawal"], "observations", "over", "controls")
	var w archive.Withdrawal
	if n, ok := s.number(fields["observations"], 2, 100); ok {
		w.Observations = n
	}
	if n, ok := s.number(fields["controls"], 1, 10); ok {
		w.Controls = n
	}
	if d, ok := s.duration(fields["over"]); ok {
		if d < time.Second || d > 365*scheduler.Day {
			s.mistake(fields["over"], "%s: must be 1s to 365d", s.quote(fields["over"]))
		}
		w.Over = d
	}
	return w
}
