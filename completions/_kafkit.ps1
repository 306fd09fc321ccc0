
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'kafkit' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'kafkit'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'kafkit' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, batches and records')
            [CompletionResult]::new('dump-log', 'dump-log', [CompletionResultType]::ParameterValue, 'Explain Kafka''s files, healthy or broken, or a whole data directory')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a broker on Kafka''s own disk format')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send any request to a broker and explain what comes back')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, the fields of one, or what a version changed')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'List Kafka''s error codes, or explain one')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kafkit;decode' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the input is, where that cannot be told from its bytes')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'The API that a response, or a body alone, belongs to: a name or a key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The API''s version, or the version of a message that stands alone')
            [CompletionResult]::new('--header-version', '--header-version', [CompletionResultType]::ParameterName, 'The version of the header, or none where a body stands alone')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Whether four bytes of size stand before each message')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'The log that records come from')
            [CompletionResult]::new('--record-type', '--record-type', [CompletionResultType]::ParameterName, 'Type of the record whose value is read: the first number in its key')
            [CompletionResult]::new('--input-format', '--input-format', [CompletionResultType]::ParameterName, 'What the input is written in')
            [CompletionResult]::new('--max-frame-bytes', '--max-frame-bytes', [CompletionResultType]::ParameterName, 'The largest message that is taken in')
            [CompletionResult]::new('--max-decompressed-bytes', '--max-decompressed-bytes', [CompletionResultType]::ParameterName, 'How much the records of one message may decompress to')
            [CompletionResult]::new('--max-fields', '--max-fields', [CompletionResultType]::ParameterName, 'How many fields of one message are shown')
            [CompletionResult]::new('--repair-ms', '--repair-ms', [CompletionResultType]::ParameterName, 'How long to look for the cause of a problem, in milliseconds a message')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--pair', '--pair', [CompletionResultType]::ParameterName, 'Requests and responses take turns: read each second message as the answer to the one before')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'Each line of text is a message')
            [CompletionResult]::new('--joined', '--joined', [CompletionResultType]::ParameterName, 'All lines of text are one run of bytes')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Show passwords, tokens, keys and salts')
            [CompletionResult]::new('--shallow', '--shallow', [CompletionResultType]::ParameterName, 'Leave records and embedded messages as bytes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;dump-log' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the file is, where its content does not say or is not to be believed')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'The log that the records belong to, where the directory''s name does not say')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'A __cluster_metadata-0 directory, for the names of topics [default: the one beside the partition]')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to show keys that Kafka itself did not write')
            [CompletionResult]::new('--value-format', '--value-format', [CompletionResultType]::ParameterName, 'How to show values: auto, text, hex, base64, json, int, long, avro-id or string')
            [CompletionResult]::new('--max-decompressed-bytes', '--max-decompressed-bytes', [CompletionResultType]::ParameterName, 'How much one batch may decompress to')
            [CompletionResult]::new('--extract', '--extract', [CompletionResultType]::ParameterName, 'Write what is selected into a new directory: as segments with their indexes, unless --extract-as says otherwise')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write what is selected into a new file: as NDJSON, unless --extract-as says otherwise')
            [CompletionResult]::new('--extract-as', '--extract-as', [CompletionResultType]::ParameterName, 'What selected records become')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The state as of that offset (with it) or time')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'What changed in the cluster: between two offsets or times of the log that PATH names, or between two metadata logs or data directories. Of other logs, compare what --image --at shows of A and of B')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Offsets: A, A..B (to before B), A..=B, A.., ..B')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Times: FROM..TO, FROM.., ..TO, or a day, minute or second; 2026-11-20, 2026-11-20T10:15Z, milliseconds since 1970, now, -2h, -1d')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Keys: the whole text, hex:0a0b, /regex/, /regex/i, null, or text:... for what looks like one of these')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'Values: as keys')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Headers: NAME, or NAME=PATTERN')
            [CompletionResult]::new('--producer-id', '--producer-id', [CompletionResultType]::ParameterName, 'Records of that producer')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Types of the records that Kafka itself writes: PartitionRecord, OffsetCommit, COMMIT')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Records about that group, in __consumer_offsets and __share_group_state')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Records about that topic (a name or an id) in the logs that Kafka itself writes; partitions of it in a data directory')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many records')
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Only the last so many records of each partition or file')
            [CompletionResult]::new('--files', '--files', [CompletionResultType]::ParameterName, 'The files, with commas between them')
            [CompletionResult]::new('--max-message-size', '--max-message-size', [CompletionResultType]::ParameterName, 'Size of the largest message')
            [CompletionResult]::new('--max-bytes', '--max-bytes', [CompletionResultType]::ParameterName, 'Read no more of each log')
            [CompletionResult]::new('--key-decoder-class', '--key-decoder-class', [CompletionResultType]::ParameterName, 'The class that reads keys')
            [CompletionResult]::new('--value-decoder-class', '--value-decoder-class', [CompletionResultType]::ParameterName, 'The class that reads values')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Show each record below its batch')
            [CompletionResult]::new('--records', '--records', [CompletionResultType]::ParameterName, 'Show each record below its batch')
            [CompletionResult]::new('--deep', '--deep', [CompletionResultType]::ParameterName, 'Show every byte, as decode does')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Show passwords, tokens, keys and salts')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Check every invariant of the files and between them; exit code 1 where one does not hold')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Sum up what is selected: sizes, rates, keys, producers')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on as a live segment grows and rolls')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'Show what the records add up to: of __cluster_metadata the cluster, of __consumer_offsets the groups, of __transaction_state the transactions, of any partition its producers and open transactions')
            [CompletionResult]::new('--transactional', '--transactional', [CompletionResultType]::ParameterName, 'Records of transactions only, their markers included')
            [CompletionResult]::new('--control', '--control', [CompletionResultType]::ParameterName, 'Control records only')
            [CompletionResult]::new('--invert', '--invert', [CompletionResultType]::ParameterName, 'The records that the filters do not select')
            [CompletionResult]::new('--thorough', '--thorough', [CompletionResultType]::ParameterName, 'Read on where timestamps seem to have passed the end of --time')
            [CompletionResult]::new('--print-data-log', '--print-data-log', [CompletionResultType]::ParameterName, 'Print keys and payloads')
            [CompletionResult]::new('--deep-iteration', '--deep-iteration', [CompletionResultType]::ParameterName, 'Print each record')
            [CompletionResult]::new('--skip-record-metadata', '--skip-record-metadata', [CompletionResultType]::ParameterName, 'Print keys and payloads alone')
            [CompletionResult]::new('--verify-index-only', '--verify-index-only', [CompletionResultType]::ParameterName, 'Compare indexes with their logs and do not print them')
            [CompletionResult]::new('--index-sanity-check', '--index-sanity-check', [CompletionResultType]::ParameterName, 'Make the check of indexes that a broker makes when it starts')
            [CompletionResult]::new('--offsets-decoder', '--offsets-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __consumer_offsets')
            [CompletionResult]::new('--transaction-log-decoder', '--transaction-log-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __transaction_state')
            [CompletionResult]::new('--cluster-metadata-decoder', '--cluster-metadata-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __cluster_metadata')
            [CompletionResult]::new('--remote-log-metadata-decoder', '--remote-log-metadata-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __remote_log_metadata')
            [CompletionResult]::new('--share-group-state-decoder', '--share-group-state-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __share_group_state')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;serve' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port on 127.0.0.1; 0 takes a free one')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on, host:port or NAME://host:port; more than once for several listeners')
            [CompletionResult]::new('--advertise', '--advertise', [CompletionResultType]::ParameterName, 'Address that clients are told, host:port or NAME://host:port; by default where they came in')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Data directory, formatted on first use; by default log.dirs of the properties, or ./kafkit-data')
            [CompletionResult]::new('--cluster-id', '--cluster-id', [CompletionResultType]::ParameterName, 'The cluster that a new data directory is for; one that is there has to be of it. By default a new one')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'A topic to have at start, made if it is not there: NAME[:PARTITIONS][,key=value]...')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A setting of Kafka''s, before those of the properties')
            [CompletionResult]::new('--fsync', '--fsync', [CompletionResultType]::ParameterName, 'When what was produced has to be on disk: never (some time after it is acknowledged, as in Kafka), always (before), or so many milliseconds in which others may join')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of log lines, on standard error')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show every request and response, as decode does')
            [CompletionResult]::new('--trace-api', '--trace-api', [CompletionResultType]::ParameterName, 'Trace only these APIs')
            [CompletionResult]::new('--trace-client', '--trace-client', [CompletionResultType]::ParameterName, 'Trace only clients whose id holds this')
            [CompletionResult]::new('--trace-topic', '--trace-topic', [CompletionResultType]::ParameterName, 'Trace only messages that name this topic')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--temp', '--temp', [CompletionResultType]::ParameterName, 'A data directory of its own, removed at exit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;encode' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the object is where it is a body, without "kind" around it')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'The API, instead of the one that the JSON names: a name or a key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The version, instead of the one that the JSON names')
            [CompletionResult]::new('--header-version', '--header-version', [CompletionResultType]::ParameterName, 'The version of the header, or none for the body alone')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Whether to put four bytes of size before each message; otherwise where the JSON has "size"')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'The object is a message of this name that stands alone')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--defaults', '--defaults', [CompletionResultType]::ParameterName, 'Fields that are not there take their default, instead of being refused')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;send' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show what comes back')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show what comes back')
            [CompletionResult]::new('--hex-out', '--hex-out', [CompletionResultType]::ParameterName, 'Write everything that goes over the wire to a file, a line of hex for each message: kafkit decode reads it')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'The body of the request: JSON, @FILE with JSON, or - for standard input')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set one value of the request, or of its header: topics[0].name=orders, header.clientId=null')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The version; otherwise the newest both sides know')
            [CompletionResult]::new('--client-id', '--client-id', [CompletionResultType]::ParameterName, 'Who the request says it is from')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'Fetch: how long the broker may wait for --min-bytes')
            [CompletionResult]::new('--min-bytes', '--min-bytes', [CompletionResultType]::ParameterName, 'Fetch: how much the broker waits for')
            [CompletionResult]::new('--max-bytes', '--max-bytes', [CompletionResultType]::ParameterName, 'Fetch: how much it may send in all')
            [CompletionResult]::new('--partition-max-bytes', '--partition-max-bytes', [CompletionResultType]::ParameterName, 'Fetch: how much it may send of each partition')
            [CompletionResult]::new('--isolation', '--isolation', [CompletionResultType]::ParameterName, 'Which records count: all, or only those of transactions that were committed')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'List-offsets: earliest, latest, max-timestamp, earliest-local, latest-tiered, a time or a timestamp')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'The record''s key')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The record''s key')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'The record''s value; without it, and without --null, lines of standard input are values')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'The record''s value; without it, and without --null, lines of standard input are values')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'A header of every record; without = it has no value. May be repeated')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header of every record; without = it has no value. May be repeated')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'Each line of a file, or of - for standard input, is a record')
            [CompletionResult]::new('--key-separator', '--key-separator', [CompletionResultType]::ParameterName, 'What stands between key and value in a line')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The partition; otherwise the one that Kafka''s own producer puts the key into, 0 without a key')
            [CompletionResult]::new('--partition', '--partition', [CompletionResultType]::ParameterName, 'The partition; otherwise the one that Kafka''s own producer puts the key into, 0 without a key')
            [CompletionResult]::new('--compression', '--compression', [CompletionResultType]::ParameterName, 'How batches are compressed')
            [CompletionResult]::new('--acks', '--acks', [CompletionResultType]::ParameterName, 'Whose acknowledgement is waited for: all in-sync replicas, the leader (1), nobody (0)')
            [CompletionResult]::new('--timestamp', '--timestamp', [CompletionResultType]::ParameterName, 'When the records are from: a time, or milliseconds since 1970; otherwise now')
            [CompletionResult]::new('--producer', '--producer', [CompletionResultType]::ParameterName, 'As an idempotent producer: its id, epoch and next sequence number')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Send these bytes as they are: hex in any spelling, base64, a file with either or with raw bytes, -')
            [CompletionResult]::new('--mutate', '--mutate', [CompletionResultType]::ParameterName, 'Make the bytes wrong: truncate=N, flip=N[:BIT], put=N:HEX, insert=N:HEX, size=N|+N|-=N|fit, repeat=N')
            [CompletionResult]::new('--repeat', '--repeat', [CompletionResultType]::ParameterName, 'Send it so many times, each with its own correlation id')
            [CompletionResult]::new('--pipeline', '--pipeline', [CompletionResultType]::ParameterName, 'So many requests under way at once, on one connection')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for a connection, and for each response')
            [CompletionResult]::new('--max-response-bytes', '--max-response-bytes', [CompletionResultType]::ParameterName, 'The largest response that is taken in')
            [CompletionResult]::new('--max-decompressed-bytes', '--max-decompressed-bytes', [CompletionResultType]::ParameterName, 'How much the records of one response may decompress to')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--show-request', '--show-request', [CompletionResultType]::ParameterName, 'Show the request too')
            [CompletionResult]::new('--fail-on-error', '--fail-on-error', [CompletionResultType]::ParameterName, 'Exit with 1 when any error code in a response is not 0')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Show passwords, tokens, keys and salts')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'The record has no value: a tombstone')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'The broker may make the topic, where it is set to')
            [CompletionResult]::new('--no-negotiate', '--no-negotiate', [CompletionResultType]::ParameterName, 'Send nothing but the request: no ApiVersions, Metadata or FindCoordinator before it')
            [CompletionResult]::new('--no-follow', '--no-follow', [CompletionResultType]::ParameterName, 'Ask the address itself, not the leader or coordinator')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;apis' {
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Which version''s fields to show, or A..B for what changed between two; the newest otherwise')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'What changed between two versions')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--messages', '--messages', [CompletionResultType]::ParameterName, 'List the messages that are not requests or responses: headers, records, embedded ones')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;errors' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;help' {
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, batches and records')
            [CompletionResult]::new('dump-log', 'dump-log', [CompletionResultType]::ParameterValue, 'Explain Kafka''s files, healthy or broken, or a whole data directory')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run a broker on Kafka''s own disk format')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send any request to a broker and explain what comes back')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, the fields of one, or what a version changed')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'List Kafka''s error codes, or explain one')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kafkit;help;decode' {
            break
        }
        'kafkit;help;dump-log' {
            break
        }
        'kafkit;help;serve' {
            break
        }
        'kafkit;help;encode' {
            break
        }
        'kafkit;help;send' {
            break
        }
        'kafkit;help;apis' {
            break
        }
        'kafkit;help;errors' {
            break
        }
        'kafkit;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
