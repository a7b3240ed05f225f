package access_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/fault"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func as(t *testing.T, grants ...access.Grant) context.Context {
	t.Helper()
	return access.With(t.Context(), access.Actor{PersonID: 1, Roles: grants})
}

// The golden file is the whole table as people read it; a change of it is a change of policy.
func TestTableOfRolesAndPermissions(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, role := range access.Roles() {
		fmt.Fprintln(&b, role)
		for _, p := range access.PlacePermissions() {
			mark := "-"
			if access.Allowed(as(t, access.Grant{Role: role}), p) {
				mark = "may"
			}
			fmt.Fprintf(&b, "  %-20s %s\n", p, mark)
		}
	}
	const file = "testdata/table.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the table differs from %s:\n%s", file, b.String())
	}
}

func TestNoRoleHoldsBothSidesOfMoney(t *testing.T) {
	t.Parallel()
	pairs := [][2]access.Permission{
		{access.PayoutRequest, access.PayoutApprove},
		{access.PayoutPay, access.PayoutApprove},
		{access.InvoiceRecord, access.PayoutApprove},
		{access.GiftRefundRequest, access.GiftRefundApprove},
		{access.PoolEdit, access.PoolOpen},
		{access.PoolEdit, access.PoolFund},
		{access.PoolFund, access.PoolOpen},
		{access.PeopleAppoint, access.PoolFund},
		{access.KeyManage, access.PoolFund},
		{access.KeyManage, access.PoolOpen},
		{access.PeopleAppoint, access.PayoutApprove},
		{access.PeopleAppoint, access.PayoutPay},
		{access.PeopleAppoint, access.GiftRefundApprove},
	}
	for _, role := range access.Roles() {
		ctx := as(t, access.Grant{Role: role})
		for _, p := range pairs {
			if access.Allowed(ctx, p[0]) && access.Allowed(ctx, p[1]) {
				t.Errorf("%s holds both %s and %s", role, p[0], p[1])
			}
		}
	}
}

func TestAuditorOnlyLooks(t *testing.T) {
	t.Parallel()
	ctx := as(t, access.Grant{Role: access.Auditor})
	looks := []access.Permission{access.DeskSee, access.BooksSee, access.BooksExport, access.GiftSee, access.PeopleSee, access.AuditSearch}
	for _, p := range access.Permissions() {
		if got := access.Allowed(ctx, p); got != slices.Contains(looks, p) {
			t.Errorf("auditor and %s: %v", p, got)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	local := as(t, access.Grant{Role: access.Treasurer, Organisation: here})
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"guest", access.Check(t.Context(), access.DeskSee), fault.Unauthenticated},
		{"giver", access.Check(as(t), access.DeskSee), fault.Forbidden},
		{"unknown role", access.Check(as(t, access.Grant{Role: "king"}), access.DeskSee), fault.Forbidden},
		{"unknown permission", access.Check(local, "payout.dream"), fault.Forbidden},
		{"elsewhere", access.CheckFor(local, access.PayoutPay, there), fault.Forbidden},
		{"elsewhere, whole network", access.CheckFor(local, access.PayoutPay, access.Network), fault.Forbidden},
	}
	for _, x := range tests {
		if fault.KindOf(x.err) != x.want {
			t.Errorf("%s: %v, want %v", x.name, x.err, x.want)
		}
	}
	for _, err := range []error{
		access.Check(local, access.PayoutPay),
		access.CheckFor(local, access.PayoutPay, here),
		access.CheckFor(as(t, access.Grant{Role: access.Treasurer}), access.PayoutPay, there),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestActorTravelsInTheContext(t *testing.T) {
	t.Parallel()
	if id := access.PersonID(t.Context()); id != 0 {
		t.Errorf("a guest has the id %d", id)
	}
	a, ok := access.From(as(t))
	if !ok || a.PersonID != 1 || access.PersonID(as(t)) != 1 {
		t.Errorf("actor %+v, %v", a, ok)
	}
}
