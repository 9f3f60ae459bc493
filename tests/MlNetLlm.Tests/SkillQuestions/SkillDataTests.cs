using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.SkillQuestions;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SkillQuestions;

public class SkillDataTests
{
    private sealed class Row
    {
        public string DataSet { get; set; } = "";
        public string Skill { get; set; } = "";
        public string Prompt { get; set; } = "";
        public string Completion { get; set; } = "";
        public int AnswerIndex { get; set; }

        [KeyType(4)]
        public uint Label { get; set; }

        public int[] Tokens { get; set; } = [];
        public int PromptLength { get; set; }
        public int InstructionLength { get; set; }
    }

    [Test]
    public void Questions_ComeByTurns_WithTheSameAnswerInEveryColumn()
    {
        var sets = SkillSet.Pure.Take(3).ToList();
        var rows = new MLContext().Data.CreateEnumerable<Row>(
            SkillData.Questions(sets, QuestionSplit.Validation, 4, 1), reuseRowObject: false).ToList();
        Assert.That(rows.Select(row => row.DataSet), Is.EqualTo(Enumerable.Range(0, 12).Select(i => sets[i % 3].Name)));
        foreach (var row in rows)
        {
            Assert.That(row.Completion, Is.EqualTo(" " + "ABCD"[row.AnswerIndex]));
            Assert.That(row.Label, Is.EqualTo(row.AnswerIndex + 1));
            Assert.That(row.Tokens, Is.EqualTo(SkillVocabulary.Tokenizer.EncodeToIds(row.Prompt + row.Completion)));
            Assert.That(row.PromptLength, Is.EqualTo(row.Tokens.Length - 1), "one token to learn");
            Assert.That(row.InstructionLength, Is.EqualTo(1), "all but the instruction word");
        }
    }

    [Test]
    public void Questions_AreScoredAndEvaluated_AsMultipleChoice([Values] AnswerForm form)
    {
        var tokenizer = SkillVocabulary.Tokenizer;
        using var generator = new Generator(3);
        using var model = new LanguageModel(
            new TransformerModel(TransformerConfig.Llama(tokenizer.VocabularySize, 8, 1, 2, 48), generator), tokenizer);
        var ml = new MLContext(1);
        var questions = SkillData.Questions([.. SkillSet.Pure.Select(set => set with { Form = form })], QuestionSplit.Test, 4, 1);
        var scored = ml.LanguageModels().ScoreChoices(model).Fit(questions).Transform(questions);
        Assert.That(ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, Is.EqualTo(0.25).Within(0.15));
    }
}
