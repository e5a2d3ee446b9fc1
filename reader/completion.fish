# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of mmx for fish. mmx itself is asked for commands, options and operands.

# What is to be completed: file, backend, value, option, command, topic, nothing, or "option NAME" and "operand NAME" of a command.
function __mmx_place
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l last $before[-1]
    set -e before[1]
    while set -q before[1]
        switch $before[1]
            case -c -i -j --backend --vmlinux --system-map --columns
                set -q before[2]; and set -e before[1]
            case '-*'
            case help
                test (count $before) = 1; and echo topic; or echo nothing
                return
            case '*'
                string match -q -- '-*' $typed; and echo option $before[1]; or echo operand $before[1]
                return
        end
        set -e before[1]
    end
    switch $last
        case -c -i --vmlinux --system-map
            echo file
        case --backend
            echo backend
        case -j --columns
            echo value
        case '*'
            string match -q -- '-*' $typed; and echo option; or echo command
    end
end

function __mmx_ask
    set -l words (commandline -opc)
    $words[1] help $argv 2>/dev/null
end

function __mmx_words
    set -l place (string split ' ' (__mmx_place))
    switch $place[1]
        case command
            echo help
            __mmx_ask --names
        case topic
            __mmx_ask --names
        case option
            __mmx_ask --options $place[2..]
        case operand
            __mmx_ask --operands $place[2..]
        case backend
            printf '%s\n' own kdumpfile
    end
end

complete -c mmx -f
complete -c mmx -n 'test (__mmx_place) = file' -F
complete -c mmx -n 'test (__mmx_place) != file' -a '(__mmx_words)'
