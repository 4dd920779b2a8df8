using System.Buffers.Binary;
using System.Text;
using MolEngine.Basics;
using MolEngine.Basics.Files;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_is_laid_out_as_Hugging_Face_does()
    {
        Tensor one = Hosts.Tensor("t", DType.F32, [1], 1.5);
        SafetensorsWriter.Write(
            _folder["m"], [("b", DType.BF16, one), ("a", DType.F16, one), ("d", DType.F32, one), ("c", DType.F32, one),
                ("e", DType.F64, one)],
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[] bytes = File.ReadAllBytes(_folder["m"]);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, header % 8);
        Assert.Equal(8 + header + 20, bytes.Length);
        const string Expected = """
            {"__metadata__":{"format":"pt"},
            "e":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
            "c":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
            "d":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},
            "b":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},
            "a":{"dtype":"F16","shape":[1],"data_offsets":[18,20]}}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(bytes, 8, header).TrimEnd(' '));
    }

    [Fact]
    public void Another_reader_finds_the_same_numbers()
    {
        double[] values = Hosts.Numbers(12, 5);
        SafetensorsWriter.Write(
            _folder["m"],
            [("w", DType.BF16, Hosts.Tensor("w", DType.F32, [3, 4], values)),
                ("h", DType.F16, Hosts.Tensor("h", DType.F32, [2], 0.25, -8))]);
        var read = new ReferenceTensors(_folder["m"]);
        Assert.Equal(values, read["w"]);
        Assert.Equal([3, 4], read.Shape("w"));
        Assert.Equal([0.25, -8], read["h"]);
    }

    [Fact]
    public void Streaming_asks_for_each_tensor_once_and_may_reuse_memory()
    {
        Tensor scratch = Hosts.Tensor("scratch", DType.F32, [3]);
        List<string> asked = [];
        SafetensorsWriter.Stream(
            _folder["m"], [("x", DType.F32, scratch.Shape), ("y", DType.F32, scratch.Shape)],
            name =>
            {
                asked.Add(name);
                scratch.Span<float>().Fill(name[0]);
                return scratch;
            });
        Assert.Equal(["x", "y"], asked);
        var read = new ReferenceTensors(_folder["m"]);
        Assert.Equal([120, 120, 120], read["x"]);
        Assert.Equal([121, 121, 121], read["y"]);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        _folder.Write("m", "old");
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Stream(
            _folder["m"], [("x", DType.F32, new Shape(2))], _ => throw new InvalidOperationException()));
        Assert.Equal("old", File.ReadAllText(_folder["m"]));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_a_user_error()
    {
        var e = Assert.Throws<FileWriteException>(() => SafetensorsWriter.Write(_folder["none/m"], []));
        Assert.Contains("none/m: cannot be written", e.Message);
    }

    [Fact]
    public void A_folder_is_whole_or_absent()
    {
        DurableFiles.WriteFolder(_folder["a/b"], folder => File.WriteAllText(Path.Combine(folder, "f"), "1"));
        Assert.Equal("1", File.ReadAllText(_folder["a/b/f"]));
        Assert.Throws<InvalidOperationException>(
            () => DurableFiles.WriteFolder(_folder["a/c"], _ => throw new InvalidOperationException()));
        Assert.Equal([_folder["a/b"]], Directory.GetFileSystemEntries(_folder["a"]));
        var e = Assert.Throws<UserException>(
            () => DurableFiles.WriteFolder(_folder["a/b"], _ => Assert.Fail("must not be asked")));
        Assert.Contains("got one that holds files", e.Message);
        Assert.Equal("1", File.ReadAllText(_folder["a/b/f"]));
        Directory.CreateDirectory(_folder["empty"]);
        DurableFiles.WriteFolder(_folder["empty/"], folder => File.WriteAllText(Path.Combine(folder, "f"), "2"));
        Assert.Equal("2", File.ReadAllText(_folder["empty/f"]));
        Assert.Throws<UserException>(() => DurableFiles.WriteFolder(_folder["empty/f"], _ => { }));
    }
}
