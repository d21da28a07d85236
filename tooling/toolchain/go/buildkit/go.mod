module gourmetgram.lab/buildkit

go 1.26

require (
	github.com/moby/buildkit v0.26.3
	github.com/rootless-containers/rootlesskit/v2 v2.3.5
)
