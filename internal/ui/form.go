package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// FormView is a form.
type FormView struct {
	Action string
	Method string // "post" when empty
	Key    string // form key (web.FormKey), so that a double click counts once; or ""
	Failed bool   // shows above the form that something needs another look
	Files  bool   // the form carries files
	ID     string
	Attrs  templ.Attributes // hx-post and the like
}

// FieldView is one field of a form. Error is the sentence about what is wrong with it.
type FieldView struct {
	Label        string
	Name         string
	Type         string // "text" when empty; "email", "date", "datetime-local", "number", "search", "file"...
	Value        string
	Error        string
	Hint         string
	Autocomplete string
	InputMode    string
	Placeholder  string
	Required     bool // marks all others as optional when false
	Max          int  // characters, or 0
	Rows         int  // of a Textarea, or 0
	Lang         string
	Attrs        templ.Attributes
}

// Option is one possibility of a Select, or of chips of a filter.
type Option struct {
	Value string
	Label string
}

// SelectView is a drop-down.
type SelectView struct {
	Label    string
	Name     string
	Options  []Option
	Value    string
	Error    string
	Hint     string
	Required bool
	Attrs    templ.Attributes
}

// CheckboxView is a box to tick.
type CheckboxView struct {
	Label   string
	Name    string
	Value   string // "1" when empty
	Checked bool
	Error   string
	Hint    string
}

// Pick is one possibility of Picks.
type Pick struct {
	Value string
	Label string // "¥35"
	Note  string // "a day of medicine", or ""
}

// PicksView is a choice of one among a few, shown large. Nothing is chosen unless Value says so.
type PicksView struct {
	Legend  string
	Name    string
	Options []Pick
	Value   string
	Error   string
	Hint    string
}

// ButtonView is a button that submits.
type ButtonView struct {
	Text  string
	Kind  ButtonKind
	Icon  string
	Name  string // with Value, tells the form which button was pressed
	Value string
	Wide  bool
	Attrs templ.Attributes
}

// ButtonKind is how a button looks. One screen has one Primary or Give.
type ButtonKind string

// The kinds of button.
const (
	Primary ButtonKind = ""
	Give    ButtonKind = "give"
	Quiet   ButtonKind = "plain"
	Danger  ButtonKind = "danger"
)

func (v FieldView) typ() string {
	if v.Type == "" {
		return "text"
	}
	return v.Type
}

func (v FieldView) rows() int { return max(v.Rows, 3) }

func (v FieldView) attrs() templ.Attributes {
	a := templ.Attributes{}
	for k, x := range map[string]string{"autocomplete": v.Autocomplete, "inputmode": v.InputMode, "placeholder": v.Placeholder, "lang": v.Lang} {
		if x != "" {
			a[k] = x
		}
	}
	describe(a, v.Name, v.Error, v.Hint)
	for k, x := range v.Attrs {
		a[k] = x
	}
	return a
}

func (v SelectView) attrs() templ.Attributes {
	a := templ.Attributes{}
	describe(a, v.Name, v.Error, v.Hint)
	for k, x := range v.Attrs {
		a[k] = x
	}
	return a
}

func described(name, bad, hint string) templ.Attributes {
	a := templ.Attributes{}
	describe(a, name, bad, hint)
	return a
}

// describe ties a control to its error and hint.
func describe(a templ.Attributes, name, bad, hint string) {
	by := ""
	if bad != "" {
		a["aria-invalid"] = "true"
		by = fieldID(name) + "-bad"
	}
	if hint != "" {
		if by != "" {
			by += " "
		}
		by += fieldID(name) + "-hint"
	}
	if by != "" {
		a["aria-describedby"] = by
	}
}

func fieldID(name string) string { return "f-" + name }

func method(v FormView) string {
	if v.Method == "" {
		return "post"
	}
	return v.Method
}

func encoding(files bool) templ.Attributes {
	if files {
		return templ.Attributes{"enctype": "multipart/form-data"}
	}
	return nil
}

func boxValue(v CheckboxView) string {
	if v.Value == "" {
		return "1"
	}
	return v.Value
}

func pickID(name string, i int) string { return fieldID(name) + "-" + strconv.Itoa(i) }

func idAttr(id string) templ.Attributes {
	if id == "" {
		return nil
	}
	return templ.Attributes{"id": id}
}

func nameAttr(name, value string) templ.Attributes {
	if name == "" {
		return nil
	}
	return templ.Attributes{"name": name, "value": value}
}

func maxAttr(n int) templ.Attributes {
	if n <= 0 {
		return nil
	}
	return templ.Attributes{"maxlength": strconv.Itoa(n)}
}
