
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
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, record batches and internal records')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, or the fields of one and what changed between two of its versions')
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
            [CompletionResult]::new('--record-type', '--record-type', [CompletionResultType]::ParameterName, 'The type of the record whose value is read: the first number in its key')
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
        'kafkit;encode' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the object is where it is a body, without "kind" around it')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'The API, instead of the one that the JSON names: a name or a key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The version of the API or message, instead of the one that the JSON names')
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
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, record batches and internal records')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, or the fields of one and what changed between two of its versions')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'List Kafka''s error codes, or explain one')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kafkit;help;decode' {
            break
        }
        'kafkit;help;encode' {
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
