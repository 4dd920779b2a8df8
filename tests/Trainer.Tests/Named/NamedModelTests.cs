using System.Text;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Named;

/// <summary>Models and data sets by name, on the command line and in configs.</summary>
public sealed class NamedModelTests : IDisposable
{
    private readonly TinyRun _run = new();
    private readonly CachedRepo _repo;

    public NamedModelTests() => _repo = CachedRepo.Of(_run.Model);

    private string Missing => $"no {_repo.Id} in the Hugging Face cache ({TestEnvironment.HubCache}). Download it: "
        + $"molengine download {_repo.Id}";

    public void Dispose()
    {
        _run.Dispose();
        if (Directory.Exists(_repo.Root))
            _repo.Dispose();
    }

    [Theory]
    [InlineData("score", "MODEL", "--input", "TEXTS", "--json")]
    [InlineData("score", "MODEL", "--base", "MODEL", "--input", "TEXTS")]
    [InlineData("tokenize", "MODEL", "--input", "TEXTS")]
    [InlineData("generate", "MODEL", "--prompt", "A glass", "--max-tokens", "4", "--json")]
    [InlineData("inspect", "MODEL")]
    [InlineData("plan", "CONFIG", "--set", "model=MODEL")]
    public void A_verb_takes_a_name_as_it_takes_the_folder(params string[] args)
    {
        string With(string model) => TinyRun.Ok([.. args.Select(a => a.Replace("MODEL", model)
            .Replace("TEXTS", _run.Texts).Replace("CONFIG", _run.Config))]);
        string expected = With(_run.Model);
        Assert.NotEqual("", expected);
        foreach (string name in (string[])[_repo.Id, $"{_repo.Id}@main", $"{_repo.Id}@89abcde", $"hf://{_repo.Id}"])
            Assert.Equal(expected, With(name));
    }

    [Fact]
    public void A_run_keeps_name_and_commit_and_goes_on_where_the_cache_has_moved()
    {
        string output = _run.At("named");
        string said = TinyRun.Ok(_run.Arguments(
            "named", $"model={_repo.Id}", "steps=2", "checkpoint={every: 1, keep: last 2}"));
        Assert.Contains($"model      {_repo.Id}@{CachedRepo.Commit[..7]}, ", said);
        string config = File.ReadAllText(Path.Combine(output, "config.yaml"));
        Assert.Contains($"model: {_repo.Folder}\n", config);
        Assert.Contains(
            $"\"base_model_name_or_path\": \"{_repo.Id}\"",
            File.ReadAllText(Path.Combine(output, "adapter", "adapter_config.json")));
        Directory.Delete(Path.Combine(output, "adapter"), recursive: true);
        File.WriteAllText(
            Path.Combine(output, "config.yaml"), config.Replace(TestEnvironment.HubCache, "/gone/huggingface/hub"));
        _ = TinyRun.Ok("train", "--resume", output);
        Assert.True(File.Exists(Path.Combine(output, "adapter", "adapter_config.json")));
        Assert.Equal(_repo.Folder, RunConfigLoader.Load(Path.Combine(output, "config.yaml")).Model);
    }

    [Fact]
    public void An_exported_adapter_names_the_model()
    {
        string output = _run.Train("named", $"model={_repo.Id}", "steps=1");
        _ = TinyRun.Ok(
            "export", Path.Combine(output, "adapter"), "--model", _repo.Id, "--to", _run.At("exported"));
        Assert.Contains(
            $"\"base_model_name_or_path\": \"{_repo.Id}\"",
            File.ReadAllText(_run.At("exported/adapter_config.json")));
    }

    [Fact]
    public void A_path_that_exists_wins()
    {
        string own = Path.Combine(_run.Root, _repo.Id);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(own)!);
        Assert.Equal(_repo.Folder, Load().Model);
        Directory.Move(_run.Model, own);
        Assert.Equal(own, Load().Model);
    }

    [Fact]
    public void A_name_that_is_not_there_tells_the_command()
    {
        _repo.Dispose();
        string beside = Path.Combine(_run.Root, _repo.Id);
        string said = Assert.Throws<UserException>(() => Load()).Message;
        Assert.Equal(
            $"--set model={_repo.Id}: model: expected a model folder, found none at {beside} or "
            + $"{Path.GetFullPath(_repo.Id)}, and {Missing}", said);
        (int code, _, string error) = TinyRun.Run("score", _repo.Id, "--input", _run.Texts);
        Assert.Equal(
            (2, $"molengine: MODEL: {_repo.Id}: expected a folder with config.json, got no such folder, and "
                + $"{Missing}\n"),
            (code, error));
        Assert.Contains($"got no such file or folder, and {Missing}", TinyRun.Run("inspect", _repo.Id).Error);
    }

    [Fact]
    public void A_mistyped_folder_or_corpus_is_not_taken_for_a_name()
    {
        Assert.DoesNotContain("download", TinyRun.Run("score", "gone", "--input", _run.Texts).Error);
        Assert.DoesNotContain("download", TinyRun.Run("score", "./a/b", "--input", _run.Texts).Error);
        Assert.DoesNotContain("download", Fault("data.corpora[0].path=data/books"));
        Assert.DoesNotContain("download", Fault($"data.corpora[0].path={_repo.Id}"));
    }

    [Fact]
    public void A_snapshot_without_weights_is_told_where_they_are_read_and_nowhere_else()
    {
        _repo.Remove("model.safetensors");
        string complete =
            $"expected a whole snapshot, got one without model.safetensors ({_repo.Folder}). Complete it: molengine "
            + $"download {_repo.Id}@{CachedRepo.Commit}";
        string output = _run.At("none");
        (int code, _, string error) = TinyRun.Run(_run.Arguments("none", $"model={_repo.Id}"));
        Assert.Equal(2, code);
        Assert.Contains(complete, error);
        Assert.False(Directory.Exists(output));
        Assert.Contains(complete, TinyRun.Run("score", _repo.Id, "--input", _run.Texts).Error);
        Assert.Contains(complete, TinyRun.Run("inspect", _repo.Id).Error);
        _ = TinyRun.Ok("tokenize", _repo.Id, "--input", _run.Texts);
        _ = TinyRun.Ok("plan", _run.Config, "--set", $"model={_repo.Id}");
        _repo.Remove("config.json");
        Assert.Contains(
            $"got one without it. Complete it: molengine download {_repo.Id}@",
            TinyRun.Run("score", _repo.Id, "--input", _run.Texts).Error);
    }

    [Fact]
    public void A_corpus_is_files_of_a_data_set()
    {
        using var data = new CachedRepo("datasets");
        data.Add("README.md", "about"u8.ToArray());
        data.Add("train/a.jsonl", Encoding.UTF8.GetBytes("{\"text\": \"One bee of glass.\"}\n"));
        data.Add("train/b.jsonl", Encoding.UTF8.GetBytes("{\"text\": \"Two bees.\"}\n{\"text\": \"Three.\"}\n"));
        string[] both = [Path.Combine(data.Folder, "train/a.jsonl"), Path.Combine(data.Folder, "train/b.jsonl")];
        Assert.Equal(both, Load($"data.corpora[0].path=hf://datasets/{data.Id}").Data.Corpora[0].Paths);
        Assert.Equal(both, Load($"data.corpora[0].path=hf://datasets/{data.Id}/train/*.jsonl").Data.Corpora[0].Paths);
        Assert.Contains(
            $"data.corpora[0].path: expected a file or folder, got no datasets/{data.Id}@v2 in the Hugging Face cache",
            Fault($"data.corpora[0].path=hf://datasets/{data.Id}@v2/train"));
        string seen = TinyRun.Ok(
            "inspect", $"hf://datasets/{data.Id}/train", "--model", _repo.Id, "--context", "16", "--set", "held_out=0");
        Assert.Contains("3 to train on, 0 held out; from 2 files", seen);
        Assert.Contains(
            "--model: missing", TinyRun.Run("inspect", $"hf://datasets/{data.Id}/train/*.jsonl").Error);
        string output = _run.Train(
            "data", "steps=1", $"data.corpora[0].path=hf://datasets/{data.Id}/train/*.jsonl",
            "data.held_out=1");
        Assert.Contains(data.Folder, File.ReadAllText(Path.Combine(output, "config.yaml")));
    }

    private RunConfig Load(params string[] settings) =>
        RunConfigLoader.Load(_run.Config, [$"model={_repo.Id}", .. settings]);

    private string Fault(string setting) => Assert.Throws<UserException>(() => Load(setting)).Message;
}
