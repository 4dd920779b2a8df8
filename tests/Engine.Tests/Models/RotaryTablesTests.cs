using MolEngine.Engine.Models;

namespace MolEngine.Engine.Tests.Models;

public sealed class RotaryTablesTests
{
    [Fact]
    public void Default_frequencies_are_powers_of_theta()
    {
        Assert.Equal([1, 0.1, 0.01, 0.001],
            RotaryTables.Frequencies(new RopeParameters(RopeType.Default, 10000), 8).Select(f => Math.Round(f, 15)));
        (float[] cos, float[] sin) = RotaryTables.Compute(new RopeParameters(RopeType.Default, 10000), 8, 5);
        Assert.Equal(20, cos.Length);
        Assert.Equal([1, 1, 1, 1], cos[..4]);
        Assert.Equal([0, 0, 0, 0], sin[..4]);
        Assert.Equal((float)Math.Cos(3), cos[12]);
        Assert.Equal((float)Math.Sin(0.3), sin[13], 1e-7f);
        Assert.Equal((float)Math.Sin(0.004), sin[19], 1e-9f);
    }

    [Fact]
    public void Far_positions_are_exact_in_fp32()
    {
        // 131071 radians: fp32 angles, as transformers has them, would be off by 4e-3.
        (float[] cos, float[] sin) = RotaryTables.Compute(new RopeParameters(RopeType.Default, 1e6), 2, 131_072);
        Assert.Equal((float)Math.Cos(131_071), cos[^1]);
        Assert.Equal((float)Math.Sin(131_071), sin[^1]);
    }

    [Fact]
    public void Linear_divides_by_the_factor() =>
        Assert.Equal([0.25, 0.025], RotaryTables.Frequencies(new RopeParameters(RopeType.Linear, 100) { Factor = 4 },
            4).Select(f => Math.Round(f, 15)));

    [Fact]
    public void Llama3_keeps_short_waves_divides_long_ones_and_blends_between()
    {
        var rope = TinyModel.Config(
            """
            {"rope_theta": 500000, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
             "original_max_position_embeddings": 64}}
            """).Rope;
        double[] plain = RotaryTables.Frequencies(new RopeParameters(RopeType.Default, 500000), 8);
        double[] scaled = RotaryTables.Frequencies(rope, 8);
        // Wavelengths 6.3, 167, ...: the first is below 64 / 4, the others above 64.
        Assert.Equal([plain[0], plain[1] / 8, plain[2] / 8, plain[3] / 8], scaled);
        // head_dim 16: i = 1 has wavelength 2 pi 500000^(1/8) = 32.4, between 16 and 64.
        double f = Math.Pow(500000, -0.125), smooth = ((64 * f / (2 * Math.PI)) - 1) / 3;
        Assert.Equal(((1 - smooth) * f / 8) + (smooth * f), RotaryTables.Frequencies(rope, 16)[1], 1e-15);
        Assert.InRange(RotaryTables.Frequencies(rope, 16)[1], f / 8 * 1.1, f * 0.9);
    }

    [Fact]
    public void Yarn_ramps_between_two_dimensions_and_scales_the_tables()
    {
        var rope = TinyModel.Config(
            """{"rope_theta": 1000000, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}}""").Rope;
        Assert.Equal((0.1 * Math.Log(4)) + 1, rope.AttentionFactor, 1e-15);
        // 16 ln(128 / (2 pi b)) / (2 ln 1e6): -0.26 for b = 32, so 0; 1.75 for b = 1, so 2. The ramp is 0, 1/2, 1, 1,
        // ...
        double[] plain = RotaryTables.Frequencies(new RopeParameters(RopeType.Default, 1e6), 16);
        double[] scaled = RotaryTables.Frequencies(rope, 16);
        double[] keep = [1, (0.5 / 4) + 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25];
        for (int i = 0; i < 8; i++)
            Assert.Equal(plain[i] * keep[i], scaled[i], 1e-15);
        (float[] cos, _) = RotaryTables.Compute(rope, 16, 1);
        Assert.All(cos, c => Assert.Equal((float)rope.AttentionFactor, c));
    }

    [Fact]
    public void Yarn_without_truncation_has_fractional_borders()
    {
        var rope = new RopeParameters(RopeType.Yarn, 1e6)
        {
            Factor = 4,
            OriginalMaxPositionEmbeddings = 128,
            Truncate = false
        };
        double high = 16 * Math.Log(128 / (2 * Math.PI)) / (2 * Math.Log(1e6)), ramp = 1 / high;
        double f = Math.Pow(1e6, -0.125);
        Assert.Equal((f / 4 * ramp) + (f * (1 - ramp)), RotaryTables.Frequencies(rope, 16)[1], 1e-15);
    }

    [Theory]
    [InlineData("""{"type": "yarn", "factor": 40, "mscale": 0.707, "mscale_all_dim": 0.707}""", 1.0, 128, 32, 1, true)]
    [InlineData("""{"type": "yarn", "factor": 40, "mscale": 1.0, "mscale_all_dim": 0}""", 1.3688879454113936, 128, 32, 1, true)]
    [InlineData("""{"type": "yarn", "factor": 40, "mscale": 2.0, "mscale_all_dim": 1.0}""", 1.269480015985188, 128, 32, 1, true)]
    [InlineData("""{"type": "yarn", "factor": 4, "attention_factor": 0.5, "beta_fast": 16, "beta_slow": 2, "truncate": false}""", 0.5, 128, 16, 2, false)]
    [InlineData("""{"type": "yarn", "factor": 1, "beta_fast": 0, "original_max_position_embeddings": 64}""", 1.0, 64, 32, 1, true)]
    public void Yarn_settings_follow_transformers(
        string scaling, double attention, double original, double fast, double slow, bool truncate)
    {
        RopeParameters rope = TinyModel.Config($$"""{"rope_scaling": {{scaling}}}""").Rope;
        Assert.Equal(attention, rope.AttentionFactor, 1e-7);
        Assert.Equal((original, fast, slow, truncate),
            (rope.OriginalMaxPositionEmbeddings, rope.BetaFast, rope.BetaSlow, rope.Truncate));
    }

    [Fact]
    public void An_outer_original_length_is_read_and_must_agree()
    {
        const string Outer = """{"original_max_position_embeddings": 32, "rope_scaling": {"type": "yarn", "factor": 4}}""";
        Assert.Equal(32, TinyModel.Config(Outer).Rope.OriginalMaxPositionEmbeddings);
        Assert.Throws<MolEngine.Engine.Files.ModelFileException>(
            () => TinyModel.Config(Outer.Replace("\"factor\": 4",
                "\"factor\": 4, \"original_max_position_embeddings\": 64")));
    }
}
