package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/app"
	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
)

// outside are figures that other programs give: the textfiles of commands, exporters, Prometheus.
var outside = regexp.MustCompile(`^(manyhands_(backup|check)_\w+|node_\w+|pg_\w+|up)$`)

var (
	metricName = regexp.MustCompile(`\b(?:manyhands|process|go|node|pg)_[a-z0-9_]+\b|\bup\b`)
	typeLine   = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
	grouping   = regexp.MustCompile(`\b(?:by|on) ?\([^)]*\)`) // labels, which are no figures
	matchers   = regexp.MustCompile(`\{[^}]*\}`)
)

// give gives to an open campaign and pays, without pages: the server asks the gateway how it stands.
func give(t *testing.T, a *app.App) {
	t.Helper()
	ctx := t.Context()
	var open []giving.Campaign
	err := a.DB.Read(ctx, func(r *db.Reader) (err error) {
		open, err = giving.Campaigns(ctx, r, giving.CampaignOpen, math.MaxInt64, 1)
		return err
	})
	if err != nil || len(open) == 0 {
		t.Fatalf("no open campaign: %v", err)
	}
	g, err := a.Giving.Give(ctx, giving.GiftInput{Campaign: open[0].ID, Amount: money.Yuan(1000), Method: sandbox.Name, Visibility: giving.Public})
	if err != nil {
		t.Fatal(err)
	}
	way, err := a.Payments.Checkout(ctx, g.ID, "a gift", "/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sandbox.Confirm(ctx, path.Base(way.RedirectURL), ""); err != nil {
		t.Fatal(err)
	}
	if state, err := a.Payments.Settle(ctx, g.ID); err != nil || state != payment.Captured {
		t.Fatalf("the payment is %s: %v", state, err)
	}
}

func page(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// exported returns the figures of a running house in which a gift has gone its whole way, by name as
// queries write them, and their families.
func exported(t *testing.T) (names, families map[string]bool) {
	t.Helper()
	r := apptest.Serve(t, true)
	give(t, r.App)
	page(t, r.URL+"/")
	text := page(t, r.URL+"/metrics")
	for _, want := range []string{`manyhands_payments_ended_total{how="captured"} 1`, `manyhands_gateway_call_seconds_count{call="create",gateway="sandbox"} 1`,
		`manyhands_gateway_failures_total{call="create",gateway="sandbox"} 0`} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
	names, families = map[string]bool{}, map[string]bool{}
	for _, m := range typeLine.FindAllStringSubmatch(text, -1) {
		families[m[1]] = true
		names[m[1]] = m[2] != "histogram"
		if m[2] == "histogram" {
			for _, s := range []string{"_bucket", "_sum", "_count"} {
				names[m[1]+s] = true
			}
		}
	}
	return names, families
}

// expressions returns what a dashboard and the alerts ask for.
func expressions(t *testing.T) (dashboard, alerts []string) {
	t.Helper()
	text, err := os.ReadFile("../../ops/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Type, Title string
			FieldConfig struct {
				Defaults struct{ Unit string }
			}
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		if p.Type != "row" && (p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0) {
			t.Errorf("panel %q has no unit or asks for nothing", p.Title)
		}
		for _, x := range p.Targets {
			dashboard = append(dashboard, x.Expr)
		}
	}
	for _, a := range rules(t) {
		alerts = append(alerts, a["expr"])
	}
	return dashboard, alerts
}

// rules reads the alerts: one "key: value" a line, a rule begins with "- alert:".
func rules(t *testing.T) (out []map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../../ops/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.HasPrefix(key, "- alert") {
			out, key = append(out, map[string]string{}), "alert"
		}
		if ok && len(out) > 0 {
			out[len(out)-1][key] = value
		}
	}
	return out
}

func asked(expressions []string) map[string]bool {
	out := map[string]bool{}
	for _, x := range expressions {
		for _, name := range metricName.FindAllString(matchers.ReplaceAllString(grouping.ReplaceAllString(x, ""), ""), -1) {
			out[name] = true
		}
	}
	return out
}

// TestEveryFigureIsThere holds the dashboard and the alerts against what a running house gives, both
// ways: nothing is asked for that is not there, and every figure of ours is shown.
func TestEveryFigureIsThere(t *testing.T) {
	t.Parallel()
	names, families := exported(t)
	dashboard, alerts := expressions(t)
	shown := asked(dashboard)
	if len(shown) < 30 || len(asked(alerts)) < 15 {
		t.Fatalf("%d figures on the dashboard, %d in alerts: not read rightly", len(shown), len(asked(alerts)))
	}
	for _, name := range slices.Sorted(maps.Keys(asked(append(alerts, dashboard...)))) {
		if !names[name] && !outside.MatchString(name) {
			t.Errorf("%s is asked for and is not there", name)
		}
	}
	for _, family := range slices.Sorted(maps.Keys(families)) {
		if strings.HasPrefix(family, "manyhands_") && !shown[family] && !shown[family+"_bucket"] {
			t.Errorf("%s is not on the dashboard", family)
		}
	}
}

// TestAlertsLeadToTheirPage looks that each alert says how bad it is and leads to a section.
func TestAlertsLeadToTheirPage(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	for line := range strings.Lines(string(guide)) {
		if title := strings.TrimLeft(line, "#"); title != line {
			anchors[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), " ", "-")] = true
		}
	}
	for _, a := range rules(t) {
		page, section, _ := strings.Cut(a["runbook_url"], "#")
		if a["for"] == "" || a["summary"] == "" || !slices.Contains([]string{"page", "ticket"}, a["severity"]) {
			t.Errorf("%s: for %q, severity %q, summary %q", a["alert"], a["for"], a["severity"], a["summary"])
		}
		if page != "docs/operations.md" || !anchors[section] {
			t.Errorf("%s: there is no section %s", a["alert"], a["runbook_url"])
		}
	}
}
