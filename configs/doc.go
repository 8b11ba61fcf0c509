// Package configs reads the configuration file: strictly, and with every
// mistake in one go, each with its place and what would be right.
//
// It makes values that other packages define, and decides nothing that they
// can decide: sites are checked by crawler, schedules and revisits by
// scheduler, selectors by extract.
//
//	configs.go            the file as a whole
//	site.go               one site: its name, columns and scope
//	habits.go             when and how politely it is crawled
//	rules.go              selectors
//	draft.go              a configuration written from a look at a portal
//	network.go            proxies and certificates
//	verification.go       how often the archive is verified
//	values.go             durations, zones, addresses
//	presets.go, presets/  ready rules for families of portal software
//	reader.go             a YAML tree, read by what it may hold
//	scalar.go, key.go     single values; keys, and what they may have been meant to be
//	source.go             bytes to tree: encoding, size, depth
//	problem.go            one mistake
//	fangzhi.example.yaml  a commented example
package configs
