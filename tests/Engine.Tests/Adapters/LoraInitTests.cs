using MolEngine.Basics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Models;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Adapters;

public sealed class LoraInitTests
{
    private static readonly ModelConfig Model = TinyModel.Config("""{"hidden_size": 256, "intermediate_size": 64}""");

    [Fact]
    public void Scale_is_alpha_over_rank_or_its_root()
    {
        Assert.Equal(2, new LoraConfig(4, 8, false, 0, []).Scale);
        Assert.Equal(4, new LoraConfig(4, 8, true, 0, []).Scale);
        Assert.Equal((64, 128.0, 2.0, 7), (LoraConfig.Default.Rank, LoraConfig.Default.Alpha, LoraConfig.Default.Scale,
            LoraConfig.Default.TargetModules.Count));
    }

    [Fact]
    public void A_is_uniform_within_one_over_root_of_its_inputs_and_B_is_zero()
    {
        using var arena = new HostArena("adapter");
        var modules = LoraInit.Create(Model, LoraConfig.Default, 1, arena);
        Assert.Equal(14, modules.Count);
        foreach ((string module, (Tensor a, Tensor b)) in modules)
        {
            Assert.Equal((64, 64), (a.Shape[0], b.Shape[1]));
            Assert.True(b.Span<float>().IndexOfAnyExcept(0f) < 0, module);
            double bound = 1 / Math.Sqrt(a.Shape[1]), sum = 0, squares = 0, largest = 0;
            foreach (float v in a.Span<float>())
            {
                sum += v;
                squares += (double)v * v;
                largest = Math.Max(largest, Math.Abs(v));
            }

            Assert.InRange(largest, bound * 0.98, bound * (1 + 1e-7));
            Assert.InRange(squares / a.Count / (bound * bound), 0.333 * 0.9, 0.333 * 1.1);
            Assert.InRange(sum / a.Count / bound, -0.06, 0.06);
        }

        Assert.Equal((256, 16), (modules["model.layers.0.self_attn.o_proj"].B.Shape[0],
            modules["model.layers.0.self_attn.o_proj"].A.Shape[1]));
    }

    [Fact]
    public void Numbers_depend_on_seed_and_module_alone()
    {
        using var arena = new HostArena("adapter");
        var all = LoraInit.Create(Model, LoraConfig.Default, 1, arena);
        var some = LoraInit.Create(Model, LoraConfig.Default with { TargetModules = ["up_proj"] }, 1, arena);
        var other = LoraInit.Create(Model, LoraConfig.Default, 2, arena);
        Assert.Equal(["model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"], some.Keys);
        const string Up = "model.layers.1.mlp.up_proj";
        Assert.True(some[Up].A.Span<float>().SequenceEqual(all[Up].A.Span<float>()));
        Assert.False(other[Up].A.Span<float>().SequenceEqual(all[Up].A.Span<float>()));
        Assert.False(all["model.layers.0.mlp.up_proj"].A.Span<float>().SequenceEqual(all[Up].A.Span<float>()));
    }

    [Fact]
    public void Targets_that_name_nothing_are_refused()
    {
        using var arena = new HostArena("adapter");
        LoraConfig lora = LoraConfig.Default with { TargetModules = ["q_proj", "c_attn"] };
        Assert.Contains(
            "got c_attn", Assert.Throws<UserException>(() => LoraInit.Create(Model, lora, 1, arena)).Message);
        Assert.Throws<UserException>(
            () => LoraInit.Create(Model, LoraConfig.Default with { TargetModules = [] }, 1, arena));
        Assert.Throws<UserException>(() => LoraInit.Create(Model, LoraConfig.Default with { Rank = 0 }, 1, arena));
    }
}
