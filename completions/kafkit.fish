# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kafkit_global_optspecs
    string join \n color= h/help V/version
end

function __fish_kafkit_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kafkit_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kafkit_using_subcommand
    set -l cmd (__fish_kafkit_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kafkit -n "__fish_kafkit_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_needs_command" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "decode" -d 'Explain the bytes of requests, responses, record batches and internal records'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "encode" -d 'Turn JSON, as decode prints it, into bytes'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "apis" -d 'List Kafka\'s APIs, or the fields of one and what changed between two of its versions'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "errors" -d 'List Kafka\'s error codes, or explain one'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s f -l format -d 'How to show it' -r -f -a "tree\t'A line for each field: where, which bytes, which value, what it means'
hex\t'Each run of bytes beside the field that it is'
table\t'Tables of what the message says'
json\t'An object for each message, indented'
ndjson\t'An object for each message, one a line'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l as -d 'What the input is, where that cannot be told from its bytes' -r -f -a "request\t'A request'
response\t'A response'
request-body\t'A request\'s body without its header'
response-body\t'A response\'s body without its header'
records\t'Record batches or message sets'
record-key\t'The key of a record that a coordinator wrote'
record-value\t'The value of a record that Kafka itself wrote'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l api -d 'The API that a response, or a body alone, belongs to: a name or a key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l api-version -d 'The API\'s version, or the version of a message that stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l header-version -d 'The version of the header, or none where a body stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l size -d 'Whether four bytes of size stand before each message' -r -f -a "yes\t''
no\t''"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l message -d 'Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l log -d 'The log that records come from' -r -f -a "metadata\t'__cluster_metadata'
group\t'__consumer_offsets'
transaction\t'__transaction_state'
share\t'__share_group_state'
remote-log\t'__remote_log_metadata'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l record-type -d 'The type of the record whose value is read: the first number in its key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l input-format -d 'What the input is written in' -r -f -a "raw\t'Raw bytes'
hex\t'Hex in any spelling, dumps and arrays included'
base64\t'Base64'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-frame-bytes -d 'The largest message that is taken in' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-decompressed-bytes -d 'How much the records of one message may decompress to' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-fields -d 'How many fields of one message are shown' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l repair-ms -d 'How long to look for the cause of a problem, in milliseconds a message' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l pair -d 'Requests and responses take turns: read each second message as the answer to the one before'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l lines -d 'Each line of text is a message'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l joined -d 'All lines of text are one run of bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l show-secrets -d 'Show passwords, tokens, keys and salts'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l shallow -d 'Leave records and embedded messages as bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s o -l output -d 'How to write the bytes: a line of text for each message, or nothing but the bytes' -r -f -a "hex\t'Hexadecimal digits'
raw\t'The bytes themselves, back to back'
base64\t'Base64'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l as -d 'What the object is where it is a body, without "kind" around it' -r -f -a "request\t'A request: a header is put before it'
response\t'A response: a header is put before it'
request-body\t'A request\'s body without a header'
response-body\t'A response\'s body without a header'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l api -d 'The API, instead of the one that the JSON names: a name or a key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l api-version -d 'The version of the API or message, instead of the one that the JSON names' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l header-version -d 'The version of the header, or none for the body alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l size -d 'Whether to put four bytes of size before each message; otherwise where the JSON has "size"' -r -f -a "yes\t''
no\t''"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l message -d 'The object is a message of this name that stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l defaults -d 'Fields that are not there take their default, instead of being refused'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l api-version -d 'Which version\'s fields to show, or A..B for what changed between two; the newest otherwise' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l diff -d 'What changed between two versions' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s f -l format -d 'How to show it' -r -f -a "table\t'For reading'
json\t'For programs'"
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l messages -d 'List the messages that are not requests or responses: headers, records, embedded ones'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s f -l format -d 'How to show it' -r -f -a "table\t'For reading'
json\t'For programs'"
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode encode apis errors help" -f -a "decode" -d 'Explain the bytes of requests, responses, record batches and internal records'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode encode apis errors help" -f -a "encode" -d 'Turn JSON, as decode prints it, into bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode encode apis errors help" -f -a "apis" -d 'List Kafka\'s APIs, or the fields of one and what changed between two of its versions'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode encode apis errors help" -f -a "errors" -d 'List Kafka\'s error codes, or explain one'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode encode apis errors help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
