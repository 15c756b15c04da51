package require

type TestingT interface {
	Errorf(string, ...any)
	FailNow()
}

type Assertions struct{}

func (*Assertions) NoError(err error) {}

func New(t TestingT) *Assertions { return nil }

func NoError(t TestingT, err error) {}

func Equalf(t TestingT, a, b any, format string, args ...any) {}

func Error(t TestingT, err error, msgAndArgs ...any) {}

func True(t TestingT, value bool, msgAndArgs ...any) {}
