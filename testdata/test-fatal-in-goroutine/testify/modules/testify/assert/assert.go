package assert

type TestingT interface{ Errorf(string, ...any) }

type CollectT struct{}

func (*CollectT) Errorf(string, ...any) {}
func (*CollectT) FailNow()              {}

type Assertions struct{}

func (*Assertions) NoError(err error) {}

func New(t TestingT) *Assertions { return nil }

func NoError(t TestingT, err error) bool { return true }

func EventuallyWithT(t TestingT, f func(*CollectT), wait, tick int) bool { return true }

func Equal(t TestingT, expected, actual any, msgAndArgs ...any) bool { return true }

func Contains(t TestingT, s, contains any, msgAndArgs ...any) bool { return true }

func Equalf(t TestingT, a, b any, format string, args ...any) bool { return true }

func Error(t TestingT, err error, msgAndArgs ...any) bool { return true }

func True(t TestingT, value bool, msgAndArgs ...any) bool { return true }
