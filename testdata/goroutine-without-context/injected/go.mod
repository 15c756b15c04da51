module injected

go 1.26

require github.com/pingcap/failpoint v0.0.0

replace github.com/pingcap/failpoint => ./modules/failpoint
