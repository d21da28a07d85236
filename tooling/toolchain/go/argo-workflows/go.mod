module gourmetgram.lab/argo-workflows

go 1.26

require github.com/argoproj/argo-workflows/v3 v3.7.18

replace (
	github.com/argoproj/argo-workflows/v3 => ./source
	github.com/olekukonko/tablewriter => github.com/olekukonko/tablewriter v0.0.5
)
