using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MolEngine.Engine.Files;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_shapes_types_and_metadata_come_back()
    {
        string path = _folder["a.safetensors"];
        double[] x = Hosts.Numbers(6, 1), y = Hosts.Numbers(4, 2);
        SafetensorsWriter.Write(
            path,
            [("x", DType.F32, Hosts.Tensor("x", DType.F32, [2, 3], x)),
                ("y", DType.F64, Hosts.Tensor("y", DType.F32, [4], y))],
            new Dictionary<string, string> { ["format"] = "pt", ["quote\""] = "ä" });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(["y", "x"], file.Entries.Keys);
        Assert.Equal(("F32", new Shape(2, 3)), (file.Entries["x"].StoredType, file.Entries["x"].Shape));
        Assert.Equal(x, Hosts.Values(file.Tensor("x")));
        Assert.Equal(y, Hosts.Values(file.Tensor("y")));
        Assert.Equal("ä", file.Metadata["quote\""]);
    }

    [Property(MaxTest = 60)]
    public Property What_is_written_is_read(byte[] dimensions, int seed) => Prop.When(dimensions.Length <= 12, () =>
    {
        DType[] types = [DType.F32, DType.BF16, DType.F16, DType.F64];
        List<(string, DType, Tensor)> tensors = [];
        for (int i = 0; i < dimensions.Length; i++)
        {
            int[] shape = [.. Enumerable.Range(0, i % 4).Select(k => dimensions[(i + k) % dimensions.Length] % 5)];
            int count = shape.Aggregate(1, (a, b) => a * b);
            tensors.Add(($"t{dimensions[i]}.{i}", types[i % 4], Hosts.Tensor(
                $"t{i}", DType.F32, shape, Hosts.Numbers(count, seed + i))));
        }

        string path = _folder["p.safetensors"];
        SafetensorsWriter.Write(path, tensors);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(tensors.Select(t => t.Item1).Order(), file.Entries.Keys.Order());
        foreach ((string name, DType type, Tensor tensor) in tensors)
        {
            Tensor read = file.Tensor(name);
            Assert.Equal((type, tensor.Shape), (read.Type, read.Shape));
            double step = type == DType.F16 ? 1e-3 : 0;
            Assert.All(
                Hosts.Values(read).Zip(Hosts.Values(tensor)), p => Assert.InRange(p.First - p.Second, -step, step));
        }
    });

    [Fact]
    public void Tensors_outlive_the_file_object_and_the_file()
    {
        Tensor tensor = OpenAndForget();
        File.Delete(_folder["a.safetensors"]);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(Hosts.Numbers(5000, 3), Hosts.Values(tensor));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = Example();
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<ModelFileException>(() => OpenBytes(whole[..length]));
        OpenBytes(whole);
    }

    [Fact]
    public void Random_damage_never_gives_another_exception()
    {
        var random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 1500; round++)
        {
            byte[] bytes = Example();
            for (int n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(random.Next(3) == 0 ? 8 : bytes.Length)] = (byte)random.Next(256);
            try
            {
                OpenBytes(bytes);
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 1499);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "b overlaps a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "b leaves a hole after a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a leaves a hole after the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "a: its data is out of range")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "longer than its header says")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "a: data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "a.data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "a: its data is out of range")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "disagrees with F32 [3]")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}}""", 8, "expected 4 bytes, got 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "far more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "a.shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,8]}}""", 8, "a.shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "key a: expected once, got it twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", 8, "a.dtype: expected once")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is missing")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "shape is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "data_offsets is missing")]
    [InlineData("""{"a":[1]}""", 0, "key a: expected an object")]
    [InlineData("""{"a":""", 0, "not JSON")]
    [InlineData(""" {}""", 0, "begins with '{'")]
    [InlineData("""[]""", 0, "begins with '{'")]
    [InlineData("""{"__metadata__":{"format":3}}""", 0, "__metadata__.format")]
    public void Bad_headers_are_refused_by_name(string header, int dataBytes, string expected)
    {
        var e = Assert.Throws<ModelFileException>(() => OpenBytes(Bytes(header, dataBytes)));
        Assert.Contains(expected, e.Message);
        Assert.Contains("x.safetensors", e.Message);
    }

    [Fact]
    public void An_oversized_header_is_refused_without_reading_it()
    {
        byte[] bytes = Example();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 100_000_001);
        Assert.Contains("oversized", Assert.Throws<ModelFileException>(() => OpenBytes(bytes)).Message);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, -1);
        Assert.Contains("oversized", Assert.Throws<ModelFileException>(() => OpenBytes(bytes)).Message);
    }

    [Fact]
    public void A_foreign_element_type_opens_but_gives_no_tensor()
    {
        using SafetensorsFile file = OpenBytes(Bytes("""{"q":{"dtype":"U32","shape":[2],"data_offsets":[0,8]}}""", 8));
        Assert.Null(file.Entries["q"].Type);
        Assert.Contains("U32", Assert.Throws<ModelFileException>(() => file.Tensor("q")).Message);
        Assert.Contains("zz", Assert.Throws<ModelFileException>(() => file.Tensor("zz")).Message);
    }

    [Fact]
    public void Metadata_of_null_is_none()
    {
        using SafetensorsFile file = OpenBytes(Bytes("""{"__metadata__":null,"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4));
        Assert.Empty(file.Metadata);
        Assert.Equal(1, file.Tensor("a").Count);
    }

    [Fact]
    public void An_absent_file_and_a_folder_are_user_errors()
    {
        Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(_folder["none.safetensors"]));
        Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(_folder.Root));
    }

    internal static byte[] Bytes(string header, int dataBytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    private static byte[] Example() => Bytes(
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}""",
        14);

    private SafetensorsFile OpenBytes(byte[] bytes)
    {
        File.WriteAllBytes(_folder["x.safetensors"], bytes);
        return SafetensorsFile.Open(_folder["x.safetensors"]);
    }

    private Tensor OpenAndForget()
    {
        string path = _folder["a.safetensors"];
        SafetensorsWriter.Write(path, [("t", DType.F32, Hosts.Tensor("t", DType.F32, [5000], Hosts.Numbers(5000, 3)))]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Tensor("t");
    }
}
