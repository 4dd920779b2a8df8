using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>The script of the bundle for GPU machines, with another in the program's place, which plays its parts.
/// </summary>
public sealed class GpuCheckScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_GPU_it_says_so_and_tries_nothing_else()
    {
        (int code, string output) = Run("""
            case "$1" in selftest) echo "no driver"; exit 3;; train | bench) touch "$(dirname "$0")/went-on";; esac
            """);
        Assert.Equal(3, code);
        Assert.EndsWith("no driver\nno GPU that will do: nothing else was tried\n", output);
        Assert.False(File.Exists(_folder["went-on"]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root, "gpu-check-*"));
    }

    /// <summary>What fails is told, and what follows is done and packed all the same.</summary>
    [Fact]
    public void What_fails_in_the_middle_spoils_nothing_else()
    {
        (int code, string output) = Run("""
            csv() {
              while [ $# -gt 0 ]; do
                [ "$1" = --csv ] && to=$2
                [ "$1" = builtin ] && own=1
                shift
              done
              printf 'device,op,shape,p50_seconds\ngpu,"k_proj, v_proj",8x8,%s\ngpu,norm,8,1e-5\n' \
                "$([ "${own:-}" ] && echo 1e-5 || echo 2e-5)" > "$to"
            }
            case "$1" in
              selftest) [ $# -gt 5 ] || { [ "$4" = --kernel ] && exit 0; echo "a kernel fails"; exit 1; };;
              train) mkdir -p "$(dirname "$2")/out"; echo '{}' > "$(dirname "$2")/out/metrics.jsonl"
                     echo '{}' > "$(dirname "$2")/out/run.json";;
              bench) csv "$@";;
            esac
            """);
        Assert.Equal(1, code);
        string[] summary = output[(output.IndexOf("== summary\n", StringComparison.Ordinal) + 11)..].Split('\n');
        Assert.StartsWith("one-kernel: passed", summary[0]);
        Assert.StartsWith("selftest: exit code 1", summary[2]);
        Assert.StartsWith("train-qwen3-8b: passed", summary[4]);
        Assert.Equal(
            "cuBLASLt against own products: 1 of 2 ops take over 5 % longer with cuBLASLt", summary[7]);
        Assert.Contains("k_proj, v_proj 8x8: 20.0 us with cuBLASLt, 10.0 us with own products\n", output);
        Assert.NotEmpty(Directory.GetFiles(_folder.Root, "gpu-check-*.tar.gz"));
        string left = Directory.GetDirectories(_folder.Root, "gpu-check-*").Single();
        foreach (string file in (string[])["selftest.log", "bench.csv", "versions.txt", "train-qwen3-8b.metrics.jsonl"])
            Assert.True(File.Exists(Path.Combine(left, file)), file);
    }

    private (int Code, string Output) Run(string program)
    {
        string tools = Path.Combine(Shared.Repository, "tools", "gpu-check");
        string example = Path.Combine(Shared.Repository, "examples", "quickstart");
        File.Copy(Path.Combine(tools, "run.sh"), _folder["run.sh"]);
        File.Copy(Path.Combine(tools, "train.yaml"), _folder["train.yaml"]);
        Directory.CreateDirectory(_folder["shapes"]);
        foreach (string shape in Directory.GetFiles(Path.Combine(tools, "shapes")))
            File.Copy(shape, Path.Combine(_folder["shapes"], Path.GetFileName(shape)));
        Directory.CreateDirectory(_folder["data"]);
        foreach (string file in (string[])
            ["bells.jsonl", "general.jsonl", "model/tokenizer.json", "model/tokenizer_config.json"])
        {
            File.Copy(Path.Combine(example, file), Path.Combine(_folder["data"], Path.GetFileName(file)));
        }

        _folder.Write("molengine", $"#!/usr/bin/env bash\n{program}\n");
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_folder["molengine"], (UnixFileMode)0x1ED);
        using Process process = Process.Start(new ProcessStartInfo("bash", [_folder["run.sh"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
