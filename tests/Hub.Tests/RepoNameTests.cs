using FsCheck;
using FsCheck.Fluent;
using PropertyAttribute = MolEngine.Support.PropertyAttribute;

namespace MolEngine.Hub.Tests;

/// <summary>Names and addresses as people write them.</summary>
public sealed class RepoNameTests
{
    [Theory]
    [InlineData("Qwen/Qwen3-8B", RepoKind.Model, "Qwen/Qwen3-8B", null)]
    [InlineData("gpt2", RepoKind.Model, "gpt2", null)]
    [InlineData("a/b.c_d-e@v1.0", RepoKind.Model, "a/b.c_d-e", "v1.0")]
    [InlineData("a/b@refs/pr/1", RepoKind.Model, "a/b", "refs/pr/1")]
    [InlineData("datasets/openai/gsm8k@main", RepoKind.Dataset, "openai/gsm8k", "main")]
    [InlineData("datasets/squad", RepoKind.Dataset, "squad", null)]
    public void A_name_is_an_id_and_a_revision(string text, RepoKind kind, string id, string? revision)
    {
        RepoName name = RepoName.Parse(text)!;
        Assert.Equal(new RepoName(kind, id, revision), name);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("./model")]
    [InlineData("../model")]
    [InlineData("/models/base")]
    [InlineData("~/model")]
    [InlineData("a/b/c")]
    [InlineData("a/")]
    [InlineData("a--b/c")]
    [InlineData("a/b..c")]
    [InlineData("a/-b")]
    [InlineData("a/b ")]
    [InlineData("a/b\n")]
    [InlineData("a\\b")]
    [InlineData("C:/model")]
    [InlineData("naïve/model")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../x")]
    [InlineData("a/b@x/.git")]
    [InlineData("a/b@x y")]
    [InlineData("a/b@x@y")]
    public void What_the_hub_has_no_id_of_is_no_name(string text) => Assert.Null(RepoName.Parse(text));

    [Theory]
    [InlineData("hf://datasets/a/b", "datasets/a/b", "")]
    [InlineData("hf://datasets/a/b/", "datasets/a/b", "")]
    [InlineData("hf://datasets/a/b/data/*.jsonl", "datasets/a/b", "data/*.jsonl")]
    [InlineData("hf://datasets/a/b@v1/x.csv", "datasets/a/b@v1", "x.csv")]
    [InlineData("hf://datasets/a/b@refs%2Fheads%2Fx/y", "datasets/a/b@refs/heads/x", "y")]
    [InlineData("hf://datasets/a/b@refs/convert/parquet/default/train/0.parquet", "datasets/a/b@refs/convert/parquet",
        "default/train/0.parquet")]
    [InlineData("hf://Qwen/Qwen3-8B@main", "Qwen/Qwen3-8B@main", "")]
    public void An_address_is_a_repository_and_a_path(string text, string repo, string path)
    {
        RepoPath found = RepoPath.Parse(text)!;
        Assert.Equal((repo, path), (found.Repo.ToString(), found.Path));
        Assert.Equal(found, RepoPath.Parse(found.ToString()));
    }

    [Theory]
    [InlineData("hf://")]
    [InlineData("hf://datasets/")]
    [InlineData("hf://datasets/a/b/../../x")]
    [InlineData("hf://datasets/a/b//x")]
    [InlineData("hf://a/b@x..y/z")]
    public void A_wrong_address_is_told(string text) => Assert.StartsWith(
        $"{text}: expected hf://datasets/ORG/NAME", Assert.Throws<UserException>(() => RepoPath.Parse(text)).Message);

    [Property]
    public Property A_snapshots_path_tells_its_repository_wherever_it_lies(
        bool isDataset, bool hasOwner, uint commit) =>
        Prop.ForAll(
            Gen.Elements("", "/", "/home/a b/.cache/hub/", "cache/", "/x/models--a--b/").ToArbitrary(),
            Gen.Elements("", "/data/x.jsonl", "/", "/config.json").ToArbitrary(), (root, path) =>
            {
                var name = new RepoName(
                    isDataset ? RepoKind.Dataset : RepoKind.Model, hasOwner ? "Org/Na.me-1" : "name",
                    $"{commit:x8}{new string('a', 32)}");
                RepoPath? found = RepoPath.OfSnapshot($"{root}{name.Folder}/snapshots/{name.Revision}{path}");
                return found == new RepoPath(name, path.Trim('/'));
            });

    [Theory]
    [InlineData("/cache/models--a--b/snapshots/main")]
    [InlineData("/cache/models--a--b/blobs/0123456789abcdef0123456789abcdef01234567")]
    [InlineData("/cache/spaces--a--b/snapshots/0123456789abcdef0123456789abcdef01234567")]
    [InlineData("models/base")]
    public void Other_paths_are_no_snapshots(string path) => Assert.Null(RepoPath.OfSnapshot(path));

    [Theory]
    [InlineData("*.json", "a.json", true)]
    [InlineData("*.json", "x/a.json", true)]
    [InlineData("data/", "data/x/y", true)]
    [InlineData("data/*.jsonl", "data/x/y.jsonl", true)]
    [InlineData("*.json", "a.jsonl", false)]
    [InlineData("?.txt", "ab.txt", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[!a-c].txt", "b.txt", false)]
    [InlineData("[!a-c].txt", "d.txt", true)]
    [InlineData("a[.txt", "a[.txt", true)]
    [InlineData("a+(b).txt", "a+(b).txt", true)]
    [InlineData("a.txt", "abtxt", false)]
    public void Patterns_of_downloads_go_across_folders(string pattern, string file, bool matches) =>
        Assert.Equal(matches, Glob.OfDownloads(pattern)(file));

    [Theory]
    [InlineData("data/*.jsonl", "data/x/y.jsonl", false)]
    [InlineData("data/*.jsonl", "data/y.jsonl", true)]
    [InlineData("**/*.jsonl", "y.jsonl", true)]
    [InlineData("**/*.jsonl", "a/b/y.jsonl", true)]
    [InlineData("data/**", "data/a/b", true)]
    [InlineData("data/?", "data//", false)]
    public void Patterns_of_addresses_stay_in_folders(string pattern, string file, bool matches) =>
        Assert.Equal(matches, Glob.OfPaths(pattern)(file));
}
