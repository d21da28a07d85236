module gourmetgram.lab/pause

go 1.26
