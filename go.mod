module spoor

go 1.26

require (
	github.com/BurntSushi/toml v1.5.0
	github.com/alecthomas/kong v1.13.0
	github.com/rogpeppe/go-internal v1.14.1
	github.com/schollz/progressbar/v3 v3.18.0
	golang.org/x/term v0.28.0
	pgregory.net/rapid v1.2.0
)

require (
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/sys v0.29.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)
