package access_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"manyhands/internal/access"
)

func validator(t *testing.T) *validate.Validator {
	t.Helper()
	text, err := os.ReadFile("policy/schema.cedarschema")
	if err != nil {
		t.Fatal(err)
	}
	var s schema.Schema
	if err := s.UnmarshalCedar(text); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return validate.New(resolved)
}

// TestPoliciesFitTheSchema: a misspelt attribute or action would otherwise be a policy that never
// applies.
func TestPoliciesFitTheSchema(t *testing.T) {
	t.Parallel()
	v := validator(t)
	for _, file := range []string{"roles", "records", "concerns"} {
		text, err := os.ReadFile("policy/" + file + ".cedar")
		if err != nil {
			t.Fatal(err)
		}
		list, err := cedar.NewPolicyListFromBytes(file, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			id := p.Annotations()["id"]
			if err := v.Policy(string(id), (*ast.Policy)(p.AST())); err != nil {
				t.Errorf("%s: %s: %v", file, id, err)
			}
		}
	}
	var wrong cedar.Policy
	if err := wrong.UnmarshalCedar([]byte(`permit (principal is Person, action == Action::"record.open", resource is Record) when { resource.worker.contains(principal) };`)); err != nil {
		t.Fatal(err)
	}
	if v.Policy("wrong", (*ast.Policy)(wrong.AST())) == nil {
		t.Error("the schema lets a misspelt attribute pass")
	}
}

func TestEveryActionIsAPermission(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, p := range access.Permissions() {
		known[string(p)] = true
	}
	for _, file := range []string{"roles.cedar", "records.cedar", "concerns.cedar"} {
		text, err := os.ReadFile("policy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), `Action::"`)[1:] {
			if name, _, _ := strings.Cut(part, `"`); !known[name] {
				t.Errorf("%s: there is no permission %s", file, name)
			}
		}
	}
}
