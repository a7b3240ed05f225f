package programmeapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"manyhands/internal/programme"
	"manyhands/internal/programme/hsds"
)

// vocabulary is one of our taxonomies: a list of codes whose words are texts under a prefix.
type vocabulary struct {
	number      int64 // of its id, and by hundreds of its terms
	name, about string
	codes       []string
	words       string
}

func vocabularies() []vocabulary {
	return []vocabulary{
		{1, hsds.Themes, "What a programme is about. 项目的主题。", programme.Themes(), "programme.theme."},
		{2, hsds.Kinds, "Whether an organisation runs it or the government provides it. 机构项目或政府政策。", []string{programme.Run, programme.Scheme}, "programme.listing."},
		{3, hsds.Organisations, "What an organisation is. 机构类型。", programme.OrganisationKinds(), "programme.organisation."},
	}
}

func (v vocabulary) taxonomy() taxonomy {
	return taxonomy{ID: idOf(ofTaxonomy, v.number), Name: v.name, Description: v.about, Version: "1"}
}

func (v vocabulary) term(ctx context.Context, i int) *term {
	words := both(ctx, v.words+v.codes[i])
	detail := v.taxonomy()
	return &term{ID: idOf(ofTerm, v.number*100+int64(i)), Code: v.codes[i], Name: words, Description: words, Taxonomy: v.name,
		Detail: &detail, TaxonomyID: detail.ID}
}

// link ties an entity to the term of a code.
func link(ctx context.Context, entity, id, vocabularyName, code, own string) attribute {
	for _, v := range vocabularies() {
		if i := slices.Index(v.codes, code); i >= 0 && v.name == vocabularyName {
			t := v.term(ctx, i)
			return attribute{ID: own, LinkID: id, TermID: t.ID, Type: "attribute", Entity: entity, Value: code, Term: t}
		}
	}
	return attribute{ID: own, LinkID: id, Type: "attribute", Entity: entity, Value: code}
}

func allTerms(ctx context.Context) (out []*term) {
	for _, v := range vocabularies() {
		for i := range v.codes {
			out = append(out, v.term(ctx, i))
		}
	}
	return out
}

func (a *api) taxonomies(w http.ResponseWriter, r *http.Request) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	var all []taxonomy
	for _, v := range vocabularies() {
		if t := v.taxonomy(); l.names(t.Name, t.Description) {
			all = append(all, t)
		}
	}
	return listed(w, r, l, all)
}

func (a *api) taxonomy(w http.ResponseWriter, r *http.Request) error {
	for _, v := range vocabularies() {
		if t := v.taxonomy(); t.ID == strings.ToLower(r.PathValue("id")) {
			return answer(w, r, t)
		}
	}
	return notFound
}

func (a *api) terms(w http.ResponseWriter, r *http.Request) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	of, parent := r.URL.Query().Get("taxonomy_id"), r.URL.Query().Get("parent_id")
	var all []*term
	for _, t := range allTerms(r.Context()) { // no term has a parent
		if (of == "" || t.TaxonomyID == strings.ToLower(of)) && parent == "" && l.names(t.Name, t.Code) {
			all = append(all, t)
		}
	}
	return listed(w, r, l, all)
}

func (a *api) term(w http.ResponseWriter, r *http.Request) error {
	for _, t := range allTerms(r.Context()) {
		if t.ID == strings.ToLower(r.PathValue("id")) {
			return answer(w, r, t)
		}
	}
	return notFound
}
