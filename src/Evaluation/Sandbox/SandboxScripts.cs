namespace MolEngine.Evaluation.Sandbox;

/// <summary>The two small programs that stand between the sandbox and the code it runs.</summary>
internal static class SandboxScripts
{
    /// <summary>
    /// Python: takes a secret and the program from standard input, sets the limits, closes the input, sends what the
    /// program prints to the standard errors, runs it as human-eval does (by exec, in empty globals), and writes the
    /// secret to what was the standard output. Arguments: seconds of processor time, bytes of memory, processes, open
    /// files, bytes of a file.
    /// </summary>
    public const string Runner = """
        import os, resource, sys, traceback

        def run():
            secret, _, program = sys.stdin.buffer.read().partition(b"\n")
            status = os.dup(1)
            os.dup2(2, 1)
            null = os.open("/dev/null", os.O_RDONLY)
            os.dup2(null, 0)
            os.close(null)
            kinds = (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE,
                     resource.RLIMIT_FSIZE)
            for kind, limit in zip(kinds, map(int, sys.argv[1:6])):
                hard = resource.getrlimit(kind)[1]
                limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
                resource.setrlimit(kind, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            del sys.argv[1:]
            write, leave, flush, me, which = os.write, os._exit, sys.stdout.flush, os.getpid(), os.getpid
            try:
                exec(compile(program.decode("utf-8", "replace"), "<answer>", "exec"), {})
            except BaseException:
                try:
                    traceback.print_exc()
                    sys.stderr.flush()
                    flush()
                finally:
                    leave(1)
            try:
                flush()
            except BaseException:
                pass
            if which() == me:
                write(status, secret)
            leave(0)

        run()
        """;

    /// <summary>
    /// Shell: makes a root of its own in a new mount namespace: what the interpreter needs, read-only; a few devices;
    /// /proc of the new processes; and an empty /tmp that is all the program may write. Then it runs the program that
    /// the arguments name, whose end ends all that it started. Arguments: the empty folder to mount on, bytes of /tmp,
    /// paths to show, --, the program.
    /// </summary>
    public const string Root = """
        set -e
        root=$1 size=$2
        shift 2
        mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
        cd "$root"
        while [ "$1" != -- ]; do
            if [ -L "$1" ]; then
                ln -s "$(readlink "$1")" ".$1"
            elif [ -d "$1" ]; then
                mkdir -p ".$1"
                mount --bind "$1" ".$1"
                mount -o remount,bind,ro,nosuid,nodev ".$1"
            elif [ -e "$1" ]; then
                mkdir -p ".${1%/*}"
                : > ".$1"
                mount --bind "$1" ".$1"
            fi
            shift
        done
        shift
        mkdir proc tmp old
        mount -t proc proc proc || true
        mount -t tmpfs -o "size=$size,mode=1777,nosuid,nodev" tmpfs tmp
        pivot_root . old
        cd /
        umount -l /old
        rmdir /old
        mount -o remount,bind,ro /
        cd /tmp
        "$@"
        exit $?
        """;
}
