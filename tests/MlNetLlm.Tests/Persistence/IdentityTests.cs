using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Pretraining;
using MlNetLlm.Probes;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.SparseAutoencoders;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Persistence;

/// <summary>What is stored to be compared later is the same text under every culture.</summary>
public sealed class IdentityTests
{
    [Test]
    public void Sha256_OfNumbers_IsThatOfTheirInvariantText()   // origin: Python's hashlib over "-3/0.5/True/a"
    {
        FormattableString properties = $"{-3}/{0.5}/{true}/{"a"}";
        var (sha256, key) = ForeignCulture.Under(() => (Identity.Sha256(properties), Identity.Key(properties)));
        Assert.That(sha256, Is.EqualTo("38e41faa76bb1fde38c6c092774a5da883ed8ea4edd36f5c919c49eb25501e63"));
        Assert.That(key, Is.EqualTo(16005717719032783928ul));
    }

    [Test]
    public void SequenceLayout_IsNamedAsStoredFingerprintsNameIt() => Assert.That(
        ForeignCulture.Under(() => new SequenceLayout { NumbersPerToken = 2, Padding = -1, CountedPerEpoch = 12.75 }.Identity()),
        Is.EqualTo("SequenceLayout { NumbersPerToken = 2, RowsPerItem = 1, Padding = -1, CountedPerEpoch = 12.75 }"));

    [Test]
    public void StreamsAndFingerprints_OfNegativeSeedsAndFractions_DoNotHangOnTheCulture()
    {
        Assert.That(ForeignCulture.Under(All), Is.EqualTo(All()));

        static string All()
        {
            var options = new ToyOptions { BatchSize = 2, SequenceLength = 12, Seed = -3 };
            using var packed = Toys.Batches(options, "abc", "defg");
            using var masked = MaskedBatches.Read(
                Toys.Rows("abcd", "efg"), options, new MaskingOptions(), ResetToys.Tokenizer(), ResetToys.Special, 11, 64);
            using var states = StateRows.Read(SparseToy.View(new MLContext(1), SparseToy.States(9)), "Features", 0, 1, default);
            using var shuffled = new StateBatches(states, new SparseAutoencoderRun { BatchSize = 2, ShuffleRows = 4, Seed = -3 });
            var track = new ConceptLabelTrack("by hand", 1, 2, 1, 5, null, (_, labels) => labels.Fill(1)) { Identity = "origin" };
            var control = new ControlTask([0, 1, 1, 0], 2, seed: -3);
            return string.Join('\n',
                packed.Fingerprint, masked.Fingerprint, shuffled.Fingerprint, track.Shuffled(-3).Identity,
                string.Join(' ', Enumerable.Range(0, 64).Select(kind => control.Label((ulong)kind))),
                new RandomStream(-3, "a").NextBits(), new LabelConceptsOptions().Identity());
        }
    }

    [Test]
    public void Pretrain_OfAMaskedModel_GoesOnUnderAnotherCulture()
    {
        using var folder = new TemporaryFolder();
        var options = ResetToys.Options with
        {
            MaxSteps = 2, Seed = -4, Masking = new MaskingOptions { Share = 0.33 }, CheckpointFolder = folder["run"], Resume = true,
        };
        using var first = ResetToys.Pretrain(options).Model;
        using var again = ForeignCulture.Under(() => ResetToys.Pretrain(options)).Model;
        Assert.That(ResetToys.Differences(first.Module, again.Module), Is.Empty);
    }
}
