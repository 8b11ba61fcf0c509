package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/crawler/portaltest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fangzhi": main})
}

// Commands are tested as a person or a script meets them: output and exit code
// together. $PORTAL is the demo's portal, one for each script, crawled as $SITE; "portal next"
// lets its editors work for a day, which begins at $NEXT. "code N COMMAND" wants the exit code N,
// "expand FILE" puts variables into a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			portal := portaltest.Demo()
			url, stop, err := portal.Start()
			if err != nil {
				return err
			}
			env.Defer(stop)
			env.Values["portal"] = portal
			env.Setenv("PORTAL", url)
			env.Setenv("SITE", strings.TrimPrefix(url, "http://"))
			env.Setenv("TZ", "Asia/Shanghai")
			host, err := os.Hostname()
			if err != nil {
				return err
			}
			env.Setenv("HOST", strings.ReplaceAll(host, ":", "_"))
			env.Setenv("FANGZHI_TEST_MONGODB", os.Getenv("FANGZHI_TEST_MONGODB"))
			if server := os.Getenv("FANGZHI_TEST_MONGODB"); server != "" {
				return database(env, server)
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":   wantCode,
			"portal": workPortal,
			"damage": damage,
			"open":   openAgain,
			"expand": expand,
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "mongodb":
				return os.Getenv("FANGZHI_TEST_MONGODB") != "", nil
			case "root": // to whom no permission is refused
				return os.Getuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
	})
}

// database makes $DATABASE the name of a database of the script's own, which is
// dropped in the end.
func database(env *testscript.Env, server string) error {
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	u.Path = fmt.Sprintf("/fangzhi_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	env.Setenv("DATABASE", u.String())
	client, err := mongo.Connect(options.Client().ApplyURI(server))
	if err != nil {
		return err
	}
	env.Defer(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		client.Database(u.Path[1:]).Drop(ctx)
		client.Disconnect(ctx)
	})
	return nil
}

func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// damage changes fangzhi.db by a statement of SQL, behind fangzhi's back.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs("fangzhi.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(strings.Join(args, " "))
	ts.Check(err)
}

// openAgain makes every run of fangzhi.db one of a process OWNER that was killed:
// open, with a lease that ends in SECONDS.
func openAgain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: open OWNER SECONDS")
	}
	damage(ts, false, []string{fmt.Sprintf(
		"UPDATE runs SET state = 'running', reason = '', ended = NULL, articles = NULL, lists = NULL, owner = '%s', lease = 1000 * (unixepoch() + %s)", args[0], args[1])})
}

func workPortal(ts *testscript.TestScript, neg bool, args []string) {
	portal := ts.Value("portal").(*portaltest.Portal)
	switch {
	case len(args) == 1 && args[0] == "next":
		deeds, err := portal.NextDay()
		ts.Check(err)
		ts.Setenv("EDITED", deeds.Edited)
		ts.Setenv("COUNTED", deeds.Counted)
		ts.Setenv("WITHDRAWN", deeds.Withdrawn)
		ts.Setenv("NEXT", time.Now().UTC().Format(time.RFC3339Nano))
	case len(args) == 2 && args[0] == "publish":
		ts.Setenv("PUBLISHED", portal.Publish(portal.Columns()[0].Path, portaltest.Article{
			Title: args[1], Source: "云溪县人民政府办公室",
			Body: []string{
				"各乡镇人民政府，县直各部门：",
				"现将《" + args[1] + "》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。",
				"各单位要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全。",
			},
		}))
	case len(args) == 3 && args[0] == "break":
		portal.Break(args[1], 0, portaltest.Text(200, args[2]))
	case (len(args) == 3 || len(args) == 4) && args[0] == "fail":
		status, err := strconv.Atoi(args[2])
		ts.Check(err)
		portal.Break(args[1], 0, portaltest.Status(status, strings.Join(args[3:], "")))
	case len(args) == 2 && args[0] == "mend":
		portal.Mend(args[1])
	case len(args) == 3 && args[0] == "redirect":
		portal.Redirect(args[1], args[2])
	default:
		ts.Fatalf("usage: portal next, portal publish TITLE, portal redirect FROM TO, portal break PATH HTML, portal fail PATH STATUS [RETRY-AFTER], portal mend PATH")
	}
}

// expand puts the script's variables into a file.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o666))
	}
}
