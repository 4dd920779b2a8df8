using System.Diagnostics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Support;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Tests.Reporting.Live;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Verbs => [.. VerbTable.All().Select(v => v.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_a_manual_page(string verb)
    {
        (int code, string output, string error) = Run(verb, "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith($"molengine {verb} - ", output);
        Assert.All(
            new[] { "Usage:", "Options:", "Examples:", "Exit codes:", $"  molengine {verb}" }, s =>
                Assert.Contains(s, output));
        Assert.All(VerbTable.All().Single(v => v.Name == verb).Options, o => Assert.Contains($"  {o.Name}", output));
        Assert.Equal(output, Run("help", verb).Output);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_manual_page_fits_the_terminal(string verb)
    {
        var screen = new TestScreen(80);
        using var error = new StringWriter();
        Assert.Equal(0, CommandLine.Run([verb, "--help"], screen.Writer, error, screen.Console));
        Assert.All(screen.Raw.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    /// <summary>Whoever started the program by its path has no "molengine" to type.</summary>
    [Fact]
    public void A_program_that_is_not_on_the_path_tells_its_own_way()
    {
        using Process process = Process.Start(DotnetProgram.Of("molengine.dll", "trian"))!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("molengine: trian: unknown verb: did you mean train?", said);
        Assert.Matches(@"`dotnet \S*molengine\.dll --help` lists the verbs\.", said);
    }

    [Fact]
    public void Training_shows_every_key_of_a_config()
    {
        string output = Run("train", "--help").Output;
        Assert.All(Trainer.Config.ConfigTable.Keys.All, k => Assert.Contains($"  {k.Path}", output));
        Assert.Contains(
            "it may change model, base, output, data.cache, data.corpora[].path, data.corpora[].record_bytes, "
                + "data.corpora[].ignore, micro_batch, lora.from, optimizer.offload, recompute, base_cache, "
                + "base_cache_bytes, loss_spike, validate, stop_early, questions, eval, samples, checkpoint, device, "
                + "cuda_path, threads, collectives. Precision",
            string.Join(' ', output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void The_program_has_a_page_and_a_version()
    {
        Assert.Equal(0, Run("--help").Code);
        Assert.All(VerbTable.All(), v => Assert.Contains($"  {v.Name} ", Run("--help").Output));
        Assert.StartsWith("molengine 0.", Run("--version").Output);
        (int code, string output, string error) = Run();
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("Usage:", error);
    }

    [Theory]
    [InlineData("did you mean train?", "trian")]
    [InlineData("expected one of init, train, experiment, score", "zzzzzz")]
    [InlineData("'--input' is required", "score", "m")]
    [InlineData("CONFIG, --resume: expected exactly one of them, got neither", "train")]
    [InlineData("--jsn", "score", "m", "--input", "x", "--jsn")]
    [InlineData("--max-tokens", "generate", "m", "--prompt", "x", "--max-tokens", "many")]
    [InlineData(
        "--max-tokens: expected an integer of at least 1, got 0",
        "generate", "m", "--prompt", "x", "--max-tokens", "0")]
    [InlineData("--prompt, --chat, --input: expected exactly one of them, got none", "generate", "m")]
    [InlineData("expected exactly one of them, got 2", "generate", "m", "--prompt", "x", "--chat", "y")]
    [InlineData(
        "--output: expected it with --input alone, got it without", "generate", "m", "--prompt", "a", "--output", "x")]
    [InlineData("--count: expected an integer of at least 1", "generate", "m", "--prompt", "x", "--count", "0")]
    [InlineData("MODEL: gone: expected a folder with config.json, got no such folder", "score", "gone", "--input", "x")]
    [InlineData(
        "MODEL: gone: expected a folder with tokenizer.json, got no such folder",
        "tokenize", "gone", "--input", "x")]
    [InlineData(
        "SOURCE: gone: expected an adapter (adapter_config.json) or a run directory (config.yaml), got no such file",
        "export", "gone", "--model", "m", "--to", "x")]
    [InlineData("ACTION: lst: expected list, build or embed", "kernels", "lst")]
    [InlineData("ACTION: 0: expected list, build or embed", "kernels", "0")]
    [InlineData("--arch: expected it with build alone, got list", "kernels", "list", "--arch", "sm_80")]
    [InlineData("--out: expected it with build or embed, got list", "kernels", "list", "--out", "x")]
    [InlineData("--out: gone: expected a folder, got no such folder", "kernels", "embed", "--out", "gone")]
    [InlineData("--device: gpu: expected cuda, cuda:N or virtual", "selftest", "--device", "gpu")]
    [InlineData("--code: elf: expected ptx or nvrtc", "selftest", "--device", "virtual", "--code", "elf")]
    [InlineData("--kernel: adam: expected one of cast_f32_bf16, ", "selftest", "--kernel", "adam")]
    [InlineData("--device: cuda:-1: expected cuda, cuda:N or virtual", "selftest", "--device", "cuda:-1")]
    [InlineData(
        "PATH: gone: expected an adapter (adapter_config.json), a model (config.json), a run directory (config.yaml), "
            + "a config (a file named .yaml) or a corpus (a file or folder), got no such file or folder",
        "inspect", "gone")]
    [InlineData("gone.yaml: config: expected a YAML file, got no such file", "train", "gone.yaml")]
    [InlineData("--port: expected it with --watch alone, got it without", "train", "gone.yaml", "--port", "0")]
    [InlineData("--port: expected an integer from 0 to 65535, got 70000", "watch", "gone", "--port", "70000")]
    public void A_mistake_is_a_sentence_and_exit_code_2(string says, params string[] args)
    {
        (int code, string output, string error) = Run(args);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, error);
        Assert.StartsWith("molengine", error);
        Assert.DoesNotContain("   at ", error);
    }

    /// <summary>What a shell leaves as it is, behind an equals sign or in quotes.</summary>
    [Theory]
    [InlineData("PATH: ", "inspect", "~/absent-folder")]
    [InlineData("--adapter: ", "score", "m", "--adapter", "~/absent-folder", "--input", "x")]
    [InlineData("--input: ", "score", "m", "--input", "~/absent-folder")]
    [InlineData("", "report", "~/absent-folder")]
    [InlineData("", "plan", "~/absent-folder")]
    [InlineData("--cuda-path: ", "doctor", "--cuda-path", "~/absent-folder")]
    public void A_tilde_is_the_home_folder(string where, params string[] args)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string model = _folder.Folder("m");
        _folder.Write("m/config.json", "{}");
        (int code, _, string error) = Run([.. args.Select(a => a == "m" ? model : a)]);
        Assert.Equal(2, code);
        Assert.Contains($"{where}{home}/absent-folder", error);
    }

    [Fact]
    public void Paths_are_checked_before_anything_is_loaded()
    {
        string model = _folder.Folder("m");
        Assert.Contains("got one without it", Run("score", model, "--input", "x").Error);
        Assert.Contains("got a folder without", Run("export", model, "--to", "x").Error);
        _folder.Write("m/config.json", "{}");
        Assert.Contains(
            "--input: nowhere: expected a file, got no such file", Run("score", model, "--input", "nowhere").Error);
        Assert.Contains(
            "--adapter: nowhere: expected a folder", Run("score", model, "--adapter", "nowhere", "--input", "x").Error);
        _folder.Write("m/adapter_config.json", "{}");
        Assert.Contains("--to: " + model, Run("export", model, "--model", model, "--to", model).Error);
    }

    [Fact]
    public void Doctor_says_what_the_machine_has()
    {
        (int code, string output, string error) = Run("doctor");
        Assert.Equal((0, ""), (code, error));
        Assert.All(
            "processor,SIMD,cores,memory,.NET,GPU,virtual sm_80,NVRTC,cuBLASLt".Split(','),
            s => Assert.Contains(s, output));
        Assert.Matches(@"\n\nTraining will run on (the CPU, in fp32|cuda:\d).* would .*\.\n$", output);
    }

    [Theory]
    [InlineData(
        "NoDriver", "on the CPU, in fp32",
        "an NVIDIA GPU of compute capability 8.0 or newer with a driver for CUDA 12.0 or newer would")]
    [InlineData("DriverTooOld", "on the CPU, in fp32", "an NVIDIA driver for CUDA 12.0 or newer would")]
    [InlineData("DeviceTooOld", "on the CPU, in fp32", "an NVIDIA GPU of compute capability 8.0 or newer would")]
    [InlineData("Ready", "on cuda:0, virtual sm_80, in bf16", "cuBLASLt (`pip install nvidia-cublas-cu12`) would")]
    public void Doctor_ends_with_what_training_runs_on_and_what_would_change_it(
        string state, string device, string change)
    {
        CudaProbe probe = CudaProbe.Of(new VirtualCudaDriver(), new LibraryFinding("NVIDIA driver", null, []));
        string sentence = DeviceOutlook.Sentence(probe with { State = Enum.Parse<CudaState>(state) }, hasBlas: false);
        Assert.StartsWith($"Training will run {device}", sentence);
        Assert.Contains(change, sentence);
    }

    /// <summary>Of a library that is missing, every place where it was looked for.</summary>
    [Theory]
    [InlineData("GPU        no NVIDIA driver found: expected CUDA 12.0 (driver 525.60.13", "NVIDIA driver", "cuda")]
    [InlineData("NVRTC      not found", "NVRTC", "nvrtc")]
    [InlineData("cuBLASLt   not found", "cuBLASLt", "cublasLt")]
    public void Doctor_lists_where_it_looked(string missing, string title, string file)
    {
        string output = Run("doctor").Output, verbose = Run("doctor", "--verbose").Output;
        string[] lines = [.. output.Split('\n').Where(IsOfIt)];
        Assert.Equal(output.Contains(missing), lines.Length == 1);
        Assert.All(lines, l => Assert.Matches($@"{file}.*: not in \d+ places? \(--verbose lists them\)$", l));
        string[] places =
        [
            .. verbose.Split('\n').SkipWhile(l => !IsOfIt(l)).Skip(1).TakeWhile(l => l.StartsWith("  ")),
        ];
        Assert.Equal(output.Contains(missing), places.Length > 0);
        Assert.All(places, l => Assert.Matches($"^  .*{file}.*: ", l));

        bool IsOfIt(string line) => line.StartsWith($"missing    {title}: ", StringComparison.Ordinal);
    }

    /// <summary>A folder of a config, and before it one of the command line, are the first among the places.</summary>
    [Fact]
    public void Doctor_begins_where_it_is_told_to()
    {
        Assert.SkipWhen(
            Run("doctor").Output.Contains("\ncuBLASLt   cuBLASLt "), "cuBLASLt is installed: no places are listed");
        string cuda = _folder.Folder("cuda"), other = _folder.Folder("other");
        string config = _folder.Write(
            "run.yaml", "{model: m, output: o, cuda_path: cuda, data: {corpora: [{path: x, kind: domain}]}}");
        string[] doctor = ["doctor", config, "--verbose"];
        Assert.StartsWith($"  {cuda}{Path.DirectorySeparatorChar}", FirstPlace(doctor));
        Assert.StartsWith($"  {other}{Path.DirectorySeparatorChar}", FirstPlace([.. doctor, "--cuda-path", other]));
        Assert.Contains("--cuda-path: nowhere: expected a folder", Run("doctor", "--cuda-path", "nowhere").Error);
        Assert.Contains(
            "run.yaml: config: expected a YAML file, got no such file", Run("doctor", "none/run.yaml").Error);

        static string FirstPlace(params string[] args) =>
            Run(args).Output.Split('\n').SkipWhile(l => !l.StartsWith("missing    cuBLASLt: ")).ElementAt(1);
    }

    /// <summary>Numbers are written in one way, whatever language the machine speaks.</summary>
    [Fact]
    public void The_program_knows_no_culture()
    {
        string settings = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "molengine.runtimeconfig.json"));
        Assert.Contains("\"System.Globalization.Invariant\": true", settings);
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = Program.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
